export { eventsOfKind } from './events/events-of-kind.js';
export { readMetricsFile } from './events/metrics-file.js';
export type {
  CheckpointEvent,
  EndEvent,
  EvaluationEvent,
  InterruptedEvent,
  RunEvent,
  StartEvent,
  StepEvent,
  WarningEvent,
} from './events/run-event.js';

export { renderReport } from './report/render-report.js';
export type { Color, GalleryItem, ReportData, ReportRun } from './report/report-data.js';

export type { LossName } from './choices/losses.js';
export type { MetricName, NamedScore } from './choices/metrics.js';
export type { OptimizerName, OptimizerSettings } from './choices/optimizers.js';
export type { ScheduleName } from './choices/schedules.js';
export type { LayoutName, OutputSettings } from './settings/output-settings.js';
export type { ParameterSettings } from './settings/parameter-settings.js';
export type { RunSettings, TrainOptions } from './training/run-settings.js';
export type { Given } from './settings/setting.js';
export type { Size } from './settings/size.js';
export { UsageError } from './settings/usage-error.js';

export {
  evaluateNetwork,
  type EvaluationContext,
  type EvaluationSettings,
  type NetworkEvaluation,
} from './evaluation/evaluate-network.js';
export type { RunFolder } from './training/run-folder.js';
export { resumeTraining, train, type TrainContext, type TrainResult } from './training/train.js';
