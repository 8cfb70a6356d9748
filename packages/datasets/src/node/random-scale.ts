import type { SegmentationSample } from '../dataset.js';
import { uniform, type RandomGenerator } from '../random.js';
import { resize } from './resize.js';

/** Options of {@link randomScale}. */
export interface RandomScaleOptions {
  /** Smallest factor, above 0. */
  readonly minimum: number;
  /** Largest factor. */
  readonly maximum: number;
}

/**
 * The sample resized by a factor drawn uniformly between two, the same for width and height; sizes are rounded, and at
 * least 1.
 *
 * @throws RangeError unless 0 < minimum ≤ maximum, both finite.
 * @example
 * await randomScale(sample, { minimum: 0.5, maximum: 1.5 }, randomFor(7, 'scale'));
 */
export async function randomScale(
  sample: SegmentationSample,
  { minimum, maximum }: RandomScaleOptions,
  random: RandomGenerator,
): Promise<SegmentationSample> {
  if (!(minimum > 0 && minimum <= maximum && maximum < Infinity)) {
    throw new RangeError(`minimum is ${minimum} and maximum ${maximum}; expected 0 < minimum ≤ maximum`);
  }
  const factor = uniform(random, minimum, maximum);
  const scaled = (size: number) => Math.max(1, Math.round(factor * size));
  return resize(sample, { width: scaled(sample.width), height: scaled(sample.height) });
}
