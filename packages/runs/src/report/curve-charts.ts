import { eventsOfKind } from '../events/events-of-kind.js';
import type { EvaluationEvent, StepEvent } from '../events/run-event.js';
import type { Chart, Curve } from './chart.js';
import type { ReportRun } from './report-data.js';
import { runColor } from './run-color.js';
import { smooth } from './smooth.js';

/** The smoothed loss reaches over this share of the run's steps to either side. */
const smoothedShare = 1 / 60;

/** Loss, mean IoU, pixel accuracy and learning rate of all runs; a chart that no run has data for is left out. */
export function curveCharts(runs: readonly ReportRun[]): Chart[] {
  const charts: Chart[] = [
    {
      title: 'Training loss',
      xName: 'step',
      format: 'number',
      range: 'from-zero',
      curves: [...stepCurves(runs, rawLoss, true), ...stepCurves(runs, smoothedLoss)],
    },
    {
      title: 'Mean IoU',
      xName: 'epoch',
      format: 'percent',
      range: 'fit',
      marks: true,
      curves: evaluationCurves(runs, (event) => event.meanIou),
    },
    {
      title: 'Learning rate',
      xName: 'step',
      format: 'number',
      range: 'from-zero',
      curves: stepCurves(runs, (steps) => steps.map((event) => event.learningRate)),
    },
    {
      title: 'Pixel accuracy',
      xName: 'epoch',
      format: 'percent',
      range: 'fit',
      marks: true,
      curves: evaluationCurves(runs, (event) => event.pixelAccuracy),
    },
  ];
  return charts.filter(hasData);
}

/** The IoU of each class in a small chart of its own, all on the same scale. */
export function classCharts(runs: readonly ReportRun[], classes: readonly string[]): Chart[] {
  return classes.map((name, index) => ({
    title: name,
    xName: 'epoch',
    format: 'percent',
    range: 'unit',
    small: true,
    marks: true,
    curves: evaluationCurves(runs, (event) => event.classIou[index]!),
  }));
}

function hasData(chart: Chart): boolean {
  return chart.curves.some((curve) => curve.points.y.some((value) => value !== null));
}

function rawLoss(steps: readonly StepEvent[]): number[] {
  return steps.map((event) => event.loss);
}

function smoothedLoss(steps: readonly StepEvent[]): number[] {
  return smooth(rawLoss(steps), Math.ceil(steps.length * smoothedShare));
}

function stepCurves(
  runs: readonly ReportRun[],
  values: (steps: readonly StepEvent[]) => number[],
  faint = false,
): Curve[] {
  return runs.map(({ name, events }, index) => {
    const steps = eventsOfKind(events, 'step');
    return {
      name,
      color: runColor(index),
      points: { x: steps.map((event) => event.step), y: values(steps) },
      faint,
    };
  });
}

function evaluationCurves(
  runs: readonly ReportRun[],
  value: (event: EvaluationEvent) => number | null,
): Curve[] {
  return runs.map(({ name, events }, index) => {
    const evaluations = eventsOfKind(events, 'evaluation');
    return {
      name,
      color: runColor(index),
      points: { x: evaluations.map((event) => event.epoch), y: evaluations.map(value) },
    };
  });
}
