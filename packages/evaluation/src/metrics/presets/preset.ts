import type { ConfusionMatrixOptions } from '../../counting/confusion-matrix.js';
import type { ImageCounts } from '../../counting/image-counts.js';
import type { Metric } from '../metric.js';

/**
 * The conventions of a library or a benchmark: how pixels are counted, and its metrics under its own names. What the
 * numbers equal, and where libraries differ, is the table of docs/metrics.md.
 */
export interface Preset<C = ImageCounts> {
  readonly name: string;
  /** What counts are made with: `new ImageCounts(preset.counting)`. */
  readonly counting: ConfusionMatrixOptions;
  readonly metrics: Readonly<Record<string, Metric<C, number> | Metric<C, number[]>>>;
}

/**
 * All values of a preset, by the names that its library gives them.
 *
 * @example
 * const preset = mmsegmentation({ numClasses: 3 });
 * const counts = new ImageCounts(preset.counting).add('a', [0, 1, 255], [0, 0, 2]);
 * evaluatePreset(preset, counts); // { aAcc: 0.5, IoU: [0.5, 0, NaN], …, mIoU: 0.25, … }
 */
export function evaluatePreset<C>(
  { metrics }: Pick<Preset<C>, 'metrics'>,
  counts: C,
): Record<string, number | number[]> {
  return Object.fromEntries(Object.entries(metrics).map(([name, metric]) => [name, metric.of(counts)]));
}

/** Options that presets share. */
export interface PresetOptions {
  readonly numClasses: number;
  /** Default: that of the library. `null`: nothing is ignored. */
  readonly ignoreIndex?: number | null;
}

/** The counting of {@link PresetOptions}, with policies. */
export function countingOf(
  { numClasses, ignoreIndex }: PresetOptions,
  policies: Omit<ConfusionMatrixOptions, 'numClasses' | 'ignoreIndex'> = {},
): ConfusionMatrixOptions {
  return { numClasses, ignoreIndex: ignoreIndex ?? [], ...policies };
}

/** The metric with a number in place of NaN. */
export function orNumber<C>(metric: Metric<C, number>, number: number): Metric<C, number> {
  return { ...metric, of: (counts) => fill(metric.of(counts), number) };
}

/** The metric with a number in place of each NaN. */
export function eachOrNumber<C>(metric: Metric<C, number[]>, number: number): Metric<C, number[]> {
  return {
    ...metric,
    absent: `${number}`,
    of: (counts) => metric.of(counts).map((value) => fill(value, number)),
  };
}

function fill(value: number, number: number): number {
  return Number.isNaN(value) ? number : value;
}
