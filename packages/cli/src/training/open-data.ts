import {
  cacheSamples,
  camvid,
  DatasetError,
  shapes,
  type SegmentationDataset,
  type Size,
} from '@lovasz/datasets';
import type { DataChoice } from '../options/data.js';
import { UsageError } from '../options/usage-error.js';

/** Enough for a small network to learn from, few enough that a pass over them takes seconds. */
const shapesLength = { train: 1000, val: 200 };

const cacheBytes = 2 ** 30;

/**
 * One split of the data that `--data` names, every image at `size`; by default at the data set's own size, that of its
 * first image. Generated shapes are the same whatever the seed of the run, as those of any data set are.
 *
 * @throws UsageError when there is no such folder, files have no partner, or the size is too small for shapes.
 */
export async function openData(
  choice: DataChoice,
  split: 'train' | 'val',
  size?: Size,
): Promise<SegmentationDataset> {
  try {
    return choice.kind === 'shapes'
      ? cacheSamples(shapes({ split, length: shapesLength[split], ...size }), cacheBytes)
      : await camvid(choice.directory, split, size);
  } catch (error) {
    if (error instanceof DatasetError) throw new UsageError(`--data: ${error.message}`);
    if (error instanceof RangeError) throw new UsageError(`--size: ${error.message}`);
    throw error;
  }
}

/** The size of a data set's first image. */
export async function sizeOfFirst(dataset: SegmentationDataset): Promise<Size> {
  const { width, height } = await dataset.sample(0);
  return { width, height };
}
