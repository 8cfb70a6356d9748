import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { UsageError } from '../settings/usage-error.js';
import { dataSetting, dataTitle, openData, sizeOfFirst } from './data-sets.js';

test('training and validation images differ, and have the size asked for', async () => {
  const size = { width: 32, height: 24 };
  const [train, validation] = await Promise.all([
    openData('shapes', 'train', size),
    openData('shapes', 'val', size),
  ]);
  expect(await sizeOfFirst(validation)).toEqual(size);
  expect((await train.sample(0)).image).not.toEqual((await validation.sample(0)).image);
});

test("images and masks of a folder of one's own are read by its name", async () => {
  await expect(openData('folder:no/such', 'val')).rejects.toThrow(UsageError);
  await expect(openData('folder:no/such', 'val')).rejects.toThrow(
    `--data: cannot read ${join('no/such', 'classes.txt')}`,
  );
});

test('a folder without images is a mistake of the command line', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lovasz-'));
  try {
    const opening = openData(`camvid:${directory}`, 'train');
    await expect(opening).rejects.toThrow(
      new UsageError(`--data: there is no folder ${join(directory, 'train')}`),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('so is a size too small for shapes', async () => {
  const opening = openData('shapes', 'train', { width: 8, height: 64 });
  await expect(opening).rejects.toThrow(
    new UsageError('--size: width is 8; expected an integer of at least 16'),
  );
});

test('one class can be told from the rest, by name or number', async () => {
  const open = (foreground: string) => openData('shapes', 'val', { width: 16, height: 16 }, foreground);
  const [byName, byNumber] = await Promise.all([open('ring'), open('4')]);
  expect([byName.classes, byName.name]).toEqual([['rest', 'ring'], byNumber.name]);
  await expect(open('rings')).rejects.toThrow(
    new UsageError(
      "--foreground: 'rings' given; accepted: a class of shapes/val: background, disc, square, triangle, ring, or its number",
    ),
  );
  await expect(open('5')).rejects.toThrow("--foreground: '5' given");
});

test('a data set is a name, and what it is read from', () => {
  const camvid = 'camvid:C:\\data\\camvid';
  for (const text of ['shapes', camvid]) expect(dataSetting.parse(text)).toBe(text);
  expect(dataTitle(camvid)).toBe('camvid');
});

test.each(['', 'camvid', 'camvid:', 'shapes:x', 'coco:x', 'toString', ':x'])('refuses %j', (text) => {
  expect(() => dataSetting.parse(text)).toThrow(
    new UsageError(`--data: '${text}' given; accepted: shapes, folder:DIR, camvid:DIR`),
  );
});
