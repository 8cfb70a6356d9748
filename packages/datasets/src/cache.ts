import type { SegmentationDataset, SegmentationSample } from './dataset.js';

/**
 * A data set that keeps its samples in memory, so that later epochs need not decode them again.
 *
 * Samples are kept until they fill `maximumBytes`; those beyond are read anew each time. None is ever dropped for another:
 * epochs visit every sample once, and there a cache that replaces the oldest would never hit.
 *
 * @param maximumBytes - limit on the bytes of images and labels kept; 0 keeps nothing
 * @throws RangeError when `maximumBytes` is negative or NaN.
 * @example
 * const dataset = cacheSamples(shapes({ length: 100 }), 64 * 2 ** 20);
 */
export function cacheSamples(dataset: SegmentationDataset, maximumBytes: number): SegmentationDataset {
  if (!(maximumBytes >= 0)) throw new RangeError(`maximumBytes is ${maximumBytes}; expected at least 0`);
  const kept = new Map<number, SegmentationSample>();
  const pending = new Map<number, Promise<SegmentationSample>>();
  let bytes = 0;

  async function read(index: number): Promise<SegmentationSample> {
    try {
      const sample = await dataset.sample(index);
      const size = sample.image.byteLength + sample.labels.byteLength;
      if (bytes + size <= maximumBytes) {
        bytes += size;
        kept.set(index, sample);
      }
      return sample;
    } finally {
      pending.delete(index);
    }
  }

  const { name, classes, colors, ignoreIndex, length } = dataset;
  return {
    name,
    classes,
    colors,
    ignoreIndex,
    length,
    async sample(index) {
      const sample = kept.get(index) ?? pending.get(index);
      if (sample !== undefined) return sample;
      const reading = read(index);
      pending.set(index, reading);
      return reading;
    },
  };
}
