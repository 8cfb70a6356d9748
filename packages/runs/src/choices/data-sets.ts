import { resolve } from 'node:path';
import {
  cacheSamples,
  classAgainstRest,
  DatasetError,
  shapes,
  type SegmentationDataset,
} from '@lovasz/datasets';
import { camvid, imageFolder } from '@lovasz/datasets/node';
import type { Setting } from '../settings/setting.js';
import type { Size } from '../settings/size.js';
import { refuse, UsageError } from '../settings/usage-error.js';

/** The training images or those to judge by. */
export type Split = 'train' | 'val';

/** How a data set is read. */
interface DataReader {
  /** What follows its name after a colon, such as `DIR`; undefined: nothing does. */
  readonly argument?: string;
  readonly help: string;
  /**
   * @param size what images are resized to; by default they keep theirs.
   * @throws DatasetError for a folder that does not hold it; RangeError for a size that it cannot have.
   */
  open(argument: string, split: Split, size: Size | undefined): Promise<SegmentationDataset>;
}

/** Enough for a small network to learn from, few enough that a pass over them takes seconds. */
const shapesLength = { train: 1000, val: 200 };

const cacheBytes = 2 ** 30;

/** The data sets by name, in the order of help. */
const readers: Readonly<Record<string, DataReader>> = {
  shapes: {
    help: 'generated, the same whatever the seed of the run',
    open: async (_argument, split, size) =>
      cacheSamples(shapes({ split, length: shapesLength[split], ...size }), cacheBytes),
  },
  folder: {
    argument: 'DIR',
    help: 'your own images and masks',
    open: (directory, split, size) => imageFolder(directory, split, { ...size, cacheBytes }),
  },
  camvid: {
    argument: 'DIR',
    help: 'CamVid in a folder',
    open: (directory, split, size) => camvid(directory, split, { ...size, cacheBytes }),
  },
};

/** The data sets as they are written, for help and messages. */
export const dataWords = Object.entries(readers)
  .map(([name, { argument }]) => (argument === undefined ? name : `${name}:${argument}`))
  .join(', ');

/** Takes `NAME` or `NAME:ARGUMENT` apart; undefined where that names no data set. */
function readerOf(
  text: string,
): { readonly name: string; readonly argument: string; readonly reader: DataReader } | undefined {
  const [, name, argument] = /^([^:]*)(?::(.+))?$/s.exec(text) ?? [];
  if (name === undefined || !Object.hasOwn(readers, name)) return undefined;
  const reader = readers[name]!;
  if ((reader.argument === undefined) !== (argument === undefined)) return undefined;
  return { name, argument: argument ?? '', reader };
}

/** How the data set is said. Whether its folder exists is found out when it is read. */
export const dataSetting: Setting<string, object> = {
  flag: '--data',
  placeholder: 'data',
  help: `images to train on: ${Object.entries(readers)
    .map(([name, { argument, help }]) => `${name}${argument === undefined ? '' : `:${argument}`} (${help})`)
    .join(', ')}`,
  initial: () => 'shapes',
  parse: (text) => (readerOf(text) === undefined ? refuse('--data', text, dataWords) : text),
  anchor(data) {
    const { name, argument } = readerOf(data)!;
    return argument === '' ? name : `${name}:${resolve(argument)}`;
  },
};

/** The name of a data set without what it is read from. */
export function dataTitle(data: string): string {
  return readerOf(data)!.name;
}

/**
 * One split of the data that a setting names, every image at `size`; by default at the data set's own size, that of its
 * first image.
 *
 * @param foreground the name or id of the class that is taken against all others; by default all are told apart.
 * @throws UsageError when there is no such folder or class, files have no partner, or the data set cannot have the size.
 */
export async function openData(
  data: string,
  split: Split,
  size?: Size,
  foreground?: string,
): Promise<SegmentationDataset> {
  const { reader, argument } = readerOf(data) ?? refuse('--data', data, dataWords);
  try {
    const dataset = await reader.open(argument, split, size);
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
