export { compileModel } from './compilation/compile-model.js';
export type { Manifest, Port, StateVector } from './compilation/manifest.js';
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
} from './events/run-event.js';
export { renderReport } from './report/render-report.js';
export type { Color, GalleryItem, ReportData, ReportRun } from './report/report-data.js';
export { UsageError } from './options/usage-error.js';
export type { OptimizerChoice } from './options/optimizer-options.js';
export type { Duration, TrainOptions } from './options/train-options.js';
export type { CompileOptions } from './options/compile-options.js';
export type { DataChoice } from './options/data.js';
export { parseInputShape, type InputShapes } from './options/input-shape.js';
export type { LossName } from './options/loss.js';
export type { ModelChoice } from './options/model.js';
export type { Size } from './options/size.js';
export { createReporter } from './progress/create-reporter.js';
export type { Reporter } from './progress/reporter.js';
export type { RunFolder } from './training/run-folder.js';
export { resumeTraining, train, type TrainContext, type TrainResult } from './training/train.js';
