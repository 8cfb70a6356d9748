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
