import {
  cacheSamples,
  camvid,
  classAgainstRest,
  DatasetError,
  shapes,
  type SegmentationDataset,
  type Size,
} from '@lovasz/datasets';
import type { DataChoice } from '../options/data.js';
import { refuse, UsageError } from '../options/usage-error.js';

/** Enough for a small network to learn from, few enough that a pass over them takes seconds. */
const shapesLength = { train: 1000, val: 200 };

const cacheBytes = 2 ** 30;

/**
 * One split of the data that `--data` names, every image at `size`; by default at the data set's own size, that of its
 * first image. Generated shapes are the same whatever the seed of the run, as those of any data set are.
 *
 * @param foreground the name or id of the class that is taken against all others; by default all are told apart.
 * @throws UsageError when there is no such folder or class, files have no partner, or the size is too small for shapes.
 */
export async function openData(
  choice: DataChoice,
  split: 'train' | 'val',
  size?: Size,
  foreground?: string,
): Promise<SegmentationDataset> {
  try {
    const dataset =
      choice.kind === 'shapes'
        ? cacheSamples(shapes({ split, length: shapesLength[split], ...size }), cacheBytes)
        : await camvid(choice.directory, split, size);
    return foreground === undefined ? dataset : classAgainstRest(dataset, classOf(dataset, foreground));
  } catch (error) {
    if (error instanceof DatasetError) throw new UsageError(`--data: ${error.message}`);
    if (error instanceof RangeError) throw new UsageError(`--size: ${error.message}`);
    throw error;
  }
}

function classOf({ name, classes }: SegmentationDataset, foreground: string): number {
  const byName = classes.indexOf(foreground);
  const id = byName < 0 && /^\d+$/.test(foreground) ? Number(foreground) : byName;
  if (classes[id] !== undefined) return id;
  return refuse('--foreground', foreground, `a class of ${name}: ${classes.join(', ')}, or its number`);
}

/** The size of a data set's first image. */
export async function sizeOfFirst(dataset: SegmentationDataset): Promise<Size> {
  const { width, height } = await dataset.sample(0);
  return { width, height };
}
