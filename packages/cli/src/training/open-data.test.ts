import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { UsageError } from '../options/usage-error.js';
import { openData, sizeOfFirst } from './open-data.js';

test('training and validation images differ, and have the size asked for', async () => {
  const size = { width: 32, height: 24 };
  const [train, validation] = await Promise.all([
    openData({ kind: 'shapes' }, 'train', size),
    openData({ kind: 'shapes' }, 'val', size),
  ]);
  expect(await sizeOfFirst(validation)).toEqual(size);
  expect((await train.sample(0)).image).not.toEqual((await validation.sample(0)).image);
});

test('a folder without images is a mistake of the command line', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lovasz-'));
  try {
    const opening = openData({ kind: 'camvid', directory }, 'train');
    await expect(opening).rejects.toThrow(
      new UsageError(`--data: there is no folder ${join(directory, 'train')}`),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('so is a size too small for shapes', async () => {
  const opening = openData({ kind: 'shapes' }, 'train', { width: 8, height: 64 });
  await expect(opening).rejects.toThrow(
    new UsageError('--size: width is 8; expected an integer of at least 16'),
  );
});

test('one class can be told from the rest, by name or number', async () => {
  const open = (foreground: string) =>
    openData({ kind: 'shapes' }, 'val', { width: 16, height: 16 }, foreground);
  const [byName, byNumber] = await Promise.all([open('ring'), open('4')]);
  expect([byName.classes, byName.name]).toEqual([['rest', 'ring'], byNumber.name]);
  await expect(open('rings')).rejects.toThrow(
    new UsageError(
      "--foreground: 'rings' given; accepted: a class of shapes/val: background, disc, square, triangle, ring, or its number",
    ),
  );
  await expect(open('5')).rejects.toThrow("--foreground: '5' given");
});
