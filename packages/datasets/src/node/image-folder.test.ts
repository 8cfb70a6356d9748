import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { DatasetError } from '../dataset-error.js';
import { imageFolder } from './image-folder.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'folder-'));
  for (const folder of ['train/images', 'train/masks'])
    await mkdir(join(directory, folder), { recursive: true });
});
afterEach(() => rm(directory, { recursive: true }));

async function write(labels: readonly number[], classes = 'soil\r\nleaf\nstem\n\n'): Promise<void> {
  await writeFile(join(directory, 'classes.txt'), classes);
  const [width, height] = [2, labels.length / 2];
  await sharp({ create: { width, height, channels: 3, background: { r: 1, g: 2, b: 3 } } }).toFile(
    join(directory, 'train/images/a.png'),
  );
  await sharp(Uint8Array.from(labels), { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .toFile(join(directory, 'train/masks/a.png'));
}

test('classes are the lines of a file, masks hold their ids and 255 for void', async () => {
  await write([0, 1, 2, 255]);
  const dataset = await imageFolder(directory, 'train');
  expect(dataset).toMatchObject({
    name: 'folder/train',
    classes: ['soil', 'leaf', 'stem'],
    colors: [
      [0, 0, 0],
      [128, 0, 0],
      [0, 128, 0],
    ],
    ignoreIndex: 255,
    length: 1,
  });
  const { id, width, height, image, labels } = await dataset.sample(0);
  expect([id, width, height, [...labels], [...image.subarray(0, 3)]]).toEqual([
    'a',
    2,
    2,
    [0, 1, 2, 255],
    [1, 2, 3],
  ]);
  const half = await imageFolder(directory, 'train', { width: 1, height: 1 });
  expect((await half.sample(0)).labels).toHaveLength(1);
});

test('a label without a class is refused when its file is read', async () => {
  await write([0, 1, 2, 3]);
  const dataset = await imageFolder(directory, 'train');
  await expect(dataset.sample(0)).rejects.toThrow(
    'labels outside the classes: 3 (1 pixels) of 4; expected 0 to 2',
  );
});

test.each([
  ['a\n\nb\n', 'has no name in line 2'],
  ['a\nb\na\n', "names 'a' twice"],
  ['a\n', 'names 1 classes; expected 2 to 255'],
  ['', 'names 0 classes'],
])('classes.txt of %j is refused', async (classes, message) => {
  await write([0, 1], classes);
  await expect(imageFolder(directory, 'train')).rejects.toThrow(message);
});

test('what is missing is named', async () => {
  const missing = imageFolder(directory, 'train');
  await expect(missing).rejects.toThrow(DatasetError);
  await expect(missing).rejects.toThrow(`cannot read ${join(directory, 'classes.txt')}`);
  await write([0, 1]);
  await expect(imageFolder(directory, 'val')).rejects.toThrow(
    `there is no folder ${join(directory, 'val', 'images')}`,
  );
  await expect(imageFolder(directory, 'test' as 'val')).rejects.toThrow(RangeError);
});
