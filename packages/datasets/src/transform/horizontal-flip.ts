import type { SegmentationSample } from '../dataset.js';
import { uniform, type RandomGenerator } from '../random.js';

/** The sample mirrored left to right. */
export function horizontalFlip(sample: SegmentationSample): SegmentationSample {
  const { width, height } = sample;
  const image = new Uint8Array(sample.image.length);
  const labels = new Uint8Array(sample.labels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = y * width + x;
      const from = y * width + (width - 1 - x);
      labels[to] = sample.labels[from]!;
      image[3 * to] = sample.image[3 * from]!;
      image[3 * to + 1] = sample.image[3 * from + 1]!;
      image[3 * to + 2] = sample.image[3 * from + 2]!;
    }
  }
  return { ...sample, image, labels };
}

/** The sample, mirrored with probability one half. */
export function randomHorizontalFlip(
  sample: SegmentationSample,
  random: RandomGenerator,
): SegmentationSample {
  return uniform(random, 0, 1) < 0.5 ? horizontalFlip(sample) : sample;
}
