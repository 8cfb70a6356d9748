import { join } from 'node:path';
import type { SegmentationDataset } from '../dataset.js';
import { openPairs, type FileOptions } from './open-pairs.js';

/** The 11 classes and their usual colours, by id. */
const palette = [
  ['sky', [128, 128, 128]],
  ['building', [128, 0, 0]],
  ['pole', [192, 192, 128]],
  ['road', [128, 64, 128]],
  ['pavement', [60, 40, 222]],
  ['tree', [128, 128, 0]],
  ['sign-symbol', [192, 128, 128]],
  ['fence', [64, 64, 128]],
  ['car', [64, 0, 128]],
  ['pedestrian', [64, 64, 0]],
  ['bicyclist', [0, 128, 192]],
] as const;

const ignoreIndex = 11;
const splits = ['train', 'val'] as const;

/** Options of {@link camvid}. */
export type CamvidOptions = FileOptions;

/**
 * CamVid (Brostow et al. 2009) with the 11 classes of Badrinarayanan et al. 2017, from a folder that holds `train` and
 * `val` with images (jpg, png) and `trainannot` and `valannot` with their labels: 8-bit grey PNGs of the same base name
 * whose values are class ids, 11 for void.
 *
 * Files are paired here; each is decoded and checked when its sample is first asked for. At half size (240 × 180) all of
 * `train` takes 60 MiB of the cache.
 *
 * @throws DatasetError when a folder is missing or empty or a file has no partner; from `sample`, when a file cannot be
 *   decoded, sizes differ or a label is outside the classes.
 * @throws RangeError when the split is unknown, or a size is no positive integer or lacks the other.
 * @example
 * const train = await camvid('data/camvid', 'train', { width: 240, height: 180 });
 * const { image, labels } = await train.sample(0);
 */
export async function camvid(
  directory: string,
  split: 'train' | 'val',
  options: CamvidOptions = {},
): Promise<SegmentationDataset> {
  if (!splits.includes(split)) {
    throw new RangeError(`split is ${String(split)}; expected one of ${splits.join(', ')}`);
  }
  const facts = {
    name: `camvid/${split}`,
    classes: palette.map(([name]) => name),
    colors: palette.map(([, color]) => color),
    ignoreIndex,
  };
  return openPairs(join(directory, split), join(directory, `${split}annot`), facts, options);
}
