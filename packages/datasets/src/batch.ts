import type { SegmentationSample } from './dataset.js';
import { imagenetMean, imagenetStandardDeviation } from './normalization.js';

/** Samples of one size as the arrays that a network takes. */
export interface Batch {
  /** `[N, 3, H, W]`: `(value / 255 − mean) / standard deviation` per channel, with the constants of ImageNet. */
  readonly images: Float32Array;
  /** `[N, H, W]`: class ids or void. */
  readonly labels: Int32Array;
  /** The samples' names, N of them. */
  readonly ids: readonly string[];
  /** `[N, 3, H, W]`. */
  readonly shape: readonly [number, number, number, number];
}

/** Normalized value of every byte, per channel. */
const normalized = imagenetMean.map((mean, channel) =>
  Float32Array.from(
    { length: 256 },
    (_, value) => (value / 255 - mean) / imagenetStandardDeviation[channel]!,
  ),
);

/**
 * Stacks samples into a batch, channels first and normalized.
 *
 * @throws RangeError when there is no sample, when the samples differ in size, or when an array of a sample does not have
 *   the length that its size asks for.
 * @example
 * const { images, labels, shape } = collate([await dataset.sample(0), await dataset.sample(1)]);
 */
export function collate(samples: readonly SegmentationSample[]): Batch {
  const [first] = samples;
  if (first === undefined) throw new RangeError('samples is empty; expected at least one sample');
  const { width, height } = first;
  const pixels = width * height;
  const images = new Float32Array(samples.length * 3 * pixels);
  const labels = new Int32Array(samples.length * pixels);
  for (const [index, sample] of samples.entries()) {
    if (sample.width !== width || sample.height !== height) {
      throw new RangeError(
        `samples of a batch differ in size: ${first.id} is ${width} × ${height}, ` +
          `${sample.id} is ${sample.width} × ${sample.height}`,
      );
    }
    if (sample.image.length !== 3 * pixels || sample.labels.length !== pixels) {
      throw new RangeError(
        `${sample.id} has ${sample.image.length} image values and ${sample.labels.length} labels; ` +
          `expected ${3 * pixels} and ${pixels} for ${width} × ${height}`,
      );
    }
    labels.set(sample.labels, index * pixels);
    for (const [channel, table] of normalized.entries()) {
      const offset = (index * 3 + channel) * pixels;
      for (let pixel = 0; pixel < pixels; pixel++) {
        images[offset + pixel] = table[sample.image[3 * pixel + channel]!]!;
      }
    }
  }
  return {
    images,
    labels,
    ids: samples.map(({ id }) => id),
    shape: [samples.length, 3, height, width],
  };
}
