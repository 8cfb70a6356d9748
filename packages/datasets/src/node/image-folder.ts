import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SegmentationDataset } from '../dataset.js';
import { DatasetError } from '../dataset-error.js';
import { openPairs, type FileOptions } from './open-pairs.js';

const ignoreIndex = 255;
const splits = ['train', 'val'] as const;

/**
 * Images and masks of your own, from a folder that holds
 *
 * - `classes.txt`: the names of the classes, one a line, in the order of their ids (at most 255);
 * - `train/images` and `val/images`: images (jpg, png);
 * - `train/masks` and `val/masks`: under the same base names 8-bit grey PNGs whose values are class ids, 255 for void.
 *
 * Files are paired here; each is decoded and checked when its sample is first asked for. Colours are those of the PASCAL
 * VOC colour map.
 *
 * @throws DatasetError when `classes.txt` is missing, empty or names a class twice, a folder is missing or empty, or a
 *   file has no partner; from `sample`, when a file cannot be decoded, sizes differ or a label is outside the classes.
 * @throws RangeError when the split is unknown, or a size is no positive integer or lacks the other.
 * @example
 * const train = await imageFolder('data/leaves', 'train', { width: 256, height: 256 });
 * const { image, labels } = await train.sample(0);
 */
export async function imageFolder(
  directory: string,
  split: 'train' | 'val',
  options: FileOptions = {},
): Promise<SegmentationDataset> {
  if (!splits.includes(split)) {
    throw new RangeError(`split is ${String(split)}; expected one of ${splits.join(', ')}`);
  }
  const classes = await readClasses(join(directory, 'classes.txt'));
  const facts = {
    name: `folder/${split}`,
    classes,
    colors: classes.map((_, id) => colorOf(id)),
    ignoreIndex,
  };
  return openPairs(join(directory, split, 'images'), join(directory, split, 'masks'), facts, options);
}

async function readClasses(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new DatasetError(`cannot read ${file}, the names of the classes: ${error.message}`, {
      cause: error,
    });
  });
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const classes = lines.map((line) => line.trim());
  while (classes.at(-1) === '') classes.pop();
  const empty = classes.indexOf('');
  if (empty >= 0) {
    throw new DatasetError(`${file} has no name in line ${empty + 1}; expected one for each class`);
  }
  if (classes.length < 2 || classes.length > ignoreIndex) {
    throw new DatasetError(`${file} names ${classes.length} classes; expected 2 to ${ignoreIndex}`);
  }
  const twice = classes.find((name, place) => classes.indexOf(name) !== place);
  if (twice !== undefined)
    throw new DatasetError(`${file} names '${twice}' twice; expected names that differ`);
  return classes;
}

/** The colour of the PASCAL VOC colour map: bits 0, 1 and 2 of every three of the id go to red, green and blue. */
function colorOf(id: number): [red: number, green: number, blue: number] {
  const color: [number, number, number] = [0, 0, 0];
  for (let bit = 0; bit < 8; bit++) color[bit % 3]! += ((id >> bit) & 1) << (7 - Math.floor(bit / 3));
  return color;
}
