import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { checkInteger } from '../check-integer.js';
import type { SegmentationSample } from '../dataset.js';
import { imagenetMean } from '../normalization.js';
import type { RandomGenerator } from '../random.js';

/** Options of {@link randomCrop}. */
export interface RandomCropOptions {
  readonly width: number;
  readonly height: number;
  /** Label of the padding. */
  readonly ignoreIndex: number;
}

/** Padding of images: what comes nearest to 0 once normalized. */
const padding = imagenetMean.map((mean) => Math.round(255 * mean));

/**
 * A window of the given size, all of its positions equally likely. Where the sample is smaller than the window, it lies
 * anywhere inside; the rest of the labels is void, and the rest of the image has the mean colour.
 *
 * @throws RangeError when width or height is no positive integer, or `ignoreIndex` no integer from 0 to 255.
 * @example
 * randomCrop(sample, { width: 128, height: 96, ignoreIndex: dataset.ignoreIndex }, randomFor(7, 'crop'));
 */
export function randomCrop(
  sample: SegmentationSample,
  { width, height, ignoreIndex }: RandomCropOptions,
  random: RandomGenerator,
): SegmentationSample {
  checkInteger('width', width, 1);
  checkInteger('height', height, 1);
  checkInteger('ignoreIndex', ignoreIndex, 0, 255);
  // A negative offset is a sample smaller than the window.
  const left = uniformInt(random, Math.min(0, sample.width - width), Math.max(0, sample.width - width));
  const top = uniformInt(random, Math.min(0, sample.height - height), Math.max(0, sample.height - height));

  const labels = new Uint8Array(width * height).fill(ignoreIndex);
  const image = new Uint8Array(width * height * 3);
  for (let index = 0; index < image.length; index++) image[index] = padding[index % 3]!;

  const start = Math.max(0, left);
  const end = Math.min(sample.width, left + width);
  for (let y = Math.max(0, top); y < Math.min(sample.height, top + height); y++) {
    const from = y * sample.width;
    const to = (y - top) * width + start - left;
    labels.set(sample.labels.subarray(from + start, from + end), to);
    image.set(sample.image.subarray(3 * (from + start), 3 * (from + end)), 3 * to);
  }
  return { id: sample.id, width, height, image, labels };
}
