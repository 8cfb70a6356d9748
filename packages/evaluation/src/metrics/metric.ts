import type { Counts, OddPixels } from '../counting/counts.js';

/**
 * A number, or one per class or image, as a pure function of counts. What it says of itself is printed beside it, because
 * eight pixels have ten different values called mIoU.
 *
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 1], [0, 1, 1]);
 * [pixelAccuracy, meanIou].map(({ name, of }) => `${name}: ${of(confusion)}`);
 */
export interface Metric<C = Counts, V = number> {
  readonly name: string;
  /** Over what the ratio is taken before means are: all pixels, those of an image, or those of a batch. */
  readonly level: 'dataset' | 'image' | 'batch';
  /** Which classes enter, in words. */
  readonly classes: string;
  /** What 0/0 is, in words. */
  readonly absent: string;
  /** Computes it. 0/0 that no rule decides is NaN. */
  readonly of: (counts: C) => V;
}

/** A value with everything that has to be known to compare it with another. */
export interface Score<V = number> {
  readonly metric: string;
  readonly value: V;
  readonly level: Metric['level'];
  readonly classes: string;
  readonly absent: string;
  /** Labels whose pixels were left out. */
  readonly ignoreIndex: readonly number[];
  /** Number of pixels counted. */
  readonly total: number;
  /** Numbers of pixels that were not a class predicted on a class. */
  readonly odd: OddPixels;
}

/**
 * The value of a metric with its level, class set, 0/0 rule, ignore rule and the numbers of pixels left out.
 *
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 2, ignoreIndex: 255 }).add([0, 1, 255], [0, 0, 1]);
 * score(meanIou, confusion); // { metric: 'mean IoU', value: 0.25, level: 'dataset', …, odd: { ignored: 1, … } }
 */
export function score<C extends Pick<Counts, 'ignoreIndex' | 'total' | 'odd'>, V>(
  { name, level, classes, absent, of }: Metric<C, V>,
  counts: C,
): Score<V> {
  const { ignoreIndex, total, odd } = counts;
  return { metric: name, value: of(counts), level, classes, absent, ignoreIndex, total, odd };
}

/**
 * The same metric in percent.
 *
 * @example
 * percent(pixelAccuracy).of(new ConfusionMatrix({ numClasses: 2 }).add([0, 1], [0, 0])); // 50
 */
export function percent<C, V extends number | number[]>(metric: Metric<C, V>): Metric<C, V> {
  const scaled = (value: number | number[]) =>
    typeof value === 'number' ? 100 * value : value.map((each) => 100 * each);
  return { ...metric, name: `${metric.name} (%)`, of: (counts) => scaled(metric.of(counts)) as V };
}
