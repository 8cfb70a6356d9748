import {
  frequencyWeightedIou,
  meanAccuracy,
  meanDice,
  meanIou,
  meanSpecificity,
  pixelAccuracy,
  type ConfusionMatrix,
  type Metric,
} from '@lovasz/evaluation';
import { namesOf } from '../settings/choice.js';
import type { Setting } from '../settings/setting.js';
import { refuse } from '../settings/usage-error.js';

/** The metrics by name, in the order of help, each with what a table calls it and its member of a JSON object. */
const metrics = {
  'mean-iou': { title: 'mIoU', member: 'meanIou', metric: meanIou },
  'pixel-accuracy': { title: 'pixel accuracy', member: 'pixelAccuracy', metric: pixelAccuracy },
  'mean-accuracy': { title: 'mean accuracy', member: 'meanAccuracy', metric: meanAccuracy },
  'mean-dice': { title: 'mean Dice', member: 'meanDice', metric: meanDice },
  'mean-specificity': { title: 'mean specificity', member: 'meanSpecificity', metric: meanSpecificity },
  'frequency-weighted-iou': {
    title: 'frequency-weighted IoU',
    member: 'frequencyWeightedIou',
    metric: frequencyWeightedIou,
  },
} satisfies Readonly<
  Record<string, { readonly title: string; readonly member: string; readonly metric: Metric }>
>;

/** The name of a metric. */
export type MetricName = keyof typeof metrics;

const names = namesOf(metrics);

/** How the metrics to judge by are said. */
export const metricSetting: Setting<readonly MetricName[], object> = {
  flag: '--metric',
  placeholder: 'metric',
  help: `what is computed beside the IoU of each class: ${names.join(', ')}, or several such as a+b`,
  initial: () => ['mean-iou', 'pixel-accuracy'],
  parse(text) {
    const chosen = text.split('+').map((part) => names.find((name) => name === part));
    if (chosen.includes(undefined) || new Set(chosen).size < chosen.length) {
      return refuse('--metric', text, `${names.join(', ')}, or several joined by + (each at most once)`);
    }
    return chosen as MetricName[];
  },
  format: (chosen) => chosen.join('+'),
};

/** A metric with its value; NaN where it has none. */
export interface NamedScore {
  readonly name: MetricName;
  /** What a table calls it. */
  readonly title: string;
  /** Its member of a JSON object. */
  readonly member: string;
  readonly value: number;
}

/** The metrics that a setting names, of counts. */
export function scoresOf(chosen: readonly MetricName[], confusion: ConfusionMatrix): NamedScore[] {
  return chosen.map((name) => {
    const { title, member, metric } = metrics[name];
    return { name, title, member, value: metric.of(confusion) };
  });
}
