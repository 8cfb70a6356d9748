import type { ImageCounts } from '../counting/image-counts.js';
import { randomBelow } from '../sampling/random.js';
import type { Metric } from './metric.js';

/** Counts of images of which some can be picked, several times too; {@link ImageCounts} is one. */
export interface Resampled<C> {
  readonly size: number;
  /** Counts of the images at these places. */
  pick(places: ArrayLike<number>): C;
}

/** Options of {@link interval} and {@link compare}. */
export interface BootstrapOptions {
  /** Data sets drawn from the images. Default 1000. */
  readonly resamples?: number;
  /** Share of them that lies in the interval. Default 0.95. */
  readonly confidence?: number;
  readonly seed?: number;
}

/** A value with the interval in which the given share of the resampled values lies. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Values that were NaN and could not be ranked. */
  readonly undefinedResamples: number;
}

/** The difference between two models on the same images. */
export interface Comparison extends Interval {
  /**
   * Two-sided bootstrap p-value of no difference: twice the smaller share of resampled differences on either side of 0,
   * counting the data themselves as one.
   */
  readonly pValue: number;
}

/**
 * Percentile interval by bootstrap over images: the metric of data sets of as many images, drawn with replacement.
 *
 * @throws RangeError when there is no image or an option is out of range.
 * @example
 * interval(meanIou, counts, { seed: 1 }); // { value: 0.61, low: 0.58, high: 0.64, undefinedResamples: 0 }
 */
export function interval<C>(
  metric: Metric<C>,
  images: Resampled<C>,
  options: BootstrapOptions = {},
): Interval {
  const { resamples, confidence, seed } = checked(images.size, options);
  const values = drawPlaces(images.size, resamples, seed).map((places) => metric.of(images.pick(places)));
  const all = Array.from({ length: images.size }, (_, place) => place);
  return { value: metric.of(images.pick(all)), ...percentiles(values, confidence) };
}

/**
 * How much better the first model is than the second on the same images, with an interval: every resample draws the same
 * images for both, so that what makes images hard for both does not widen it.
 *
 * @throws RangeError when the images are not the same, there is none, or an option is out of range.
 * @example
 * compare(meanIou, ours, theirs); // { value: 0.021, low: 0.008, high: 0.035, pValue: 0.004, … }
 */
export function compare(
  metric: Metric<ImageCounts>,
  first: ImageCounts,
  second: ImageCounts,
  options: BootstrapOptions = {},
): Comparison {
  const { resamples, confidence, seed } = checked(first.size, options);
  for (const [place, { id }] of first.images.entries()) {
    const other = second.images[place]?.id;
    if (id !== other) throw new RangeError(`image ${id} of the first is paired with ${other} of the second`);
  }
  if (second.size !== first.size) {
    throw new RangeError(
      `the first has ${first.size} images and the second ${second.size}; expected the same`,
    );
  }
  const differences = drawPlaces(first.size, resamples, seed).map(
    (places) => metric.of(first.pick(places)) - metric.of(second.pick(places)),
  );
  const ranked = differences.filter((difference) => !Number.isNaN(difference));
  const below = ranked.filter((difference) => difference <= 0).length;
  const above = ranked.filter((difference) => difference >= 0).length;
  const pValue = Math.min(1, (2 * (Math.min(below, above) + 1)) / (ranked.length + 1));
  return { value: metric.of(first) - metric.of(second), ...percentiles(differences, confidence), pValue };
}

/**
 * Parts that merge, one per image, as something to resample: for counts that are not kept per image by themselves, such as
 * {@link ConfusionMatrix} or {@link CityscapesCounts}.
 *
 * @param parts - the counts of each image; at least one
 * @example
 * interval(meanCityscapesIou, resampled(frames.map((frame) => new CityscapesCounts().add(...frame))));
 */
export function resampled<C extends { merge(other: C): C }>(parts: readonly C[]): Resampled<C> {
  return {
    size: parts.length,
    pick: (places) => {
      if (places.length === 0) throw new RangeError('places is empty; expected at least one');
      return Array.from(places, (place) => parts[place]!).reduce((all, part) => all.merge(part));
    },
  };
}

function checked(
  size: number,
  { resamples = 1000, confidence = 0.95, seed = 0 }: BootstrapOptions,
): Required<BootstrapOptions> {
  if (size === 0) throw new RangeError('there is no image; expected at least one');
  if (!Number.isSafeInteger(resamples) || resamples < 1) {
    throw new RangeError(`resamples is ${resamples}; expected an integer of at least 1`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence is ${confidence}; expected above 0 and below 1`);
  }
  return { resamples, confidence, seed };
}

function drawPlaces(size: number, resamples: number, seed: number): number[][] {
  return Array.from({ length: resamples }, (_, resample) =>
    Array.from({ length: size }, (_, draw) => randomBelow(size, seed, resample, draw)),
  );
}

function percentiles(values: readonly number[], confidence: number) {
  const ranked = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (ranked.length - 1);
    const [lower, upper] = [ranked[Math.floor(place)]!, ranked[Math.ceil(place)]!];
    return lower + (upper - lower) * (place - Math.floor(place));
  };
  const tail = (1 - confidence) / 2;
  return {
    low: ranked.length === 0 ? NaN : at(tail),
    high: ranked.length === 0 ? NaN : at(1 - tail),
    undefinedResamples: values.length - ranked.length,
  };
}
