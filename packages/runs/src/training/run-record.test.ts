import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveCheckpoint, type Checkpoint } from '@lovasz/onnxruntime';
import { expect, test } from '@jest/globals';
import { UsageError } from '../settings/usage-error.js';
import { readCheckpoint, recordOf } from './run-record.js';

test('a checkpoint that is not there is a mistake of the command line', async () => {
  await expect(readCheckpoint('--init', 'no/such.safetensors')).rejects.toThrow(
    new UsageError('--init: there is no checkpoint no/such.safetensors'),
  );
});

test('a checkpoint of another program can be read, but not resumed', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lovasz-'));
  try {
    const file = join(directory, 'checkpoint.safetensors');
    const foreign: Checkpoint = {
      step: 3,
      seed: 0,
      optimizer: { name: 'sgd', settings: {} },
      weights: new Map(),
      statistics: new Map(),
      moments: new Map(),
      extra: {},
    };
    await saveCheckpoint(file, foreign);
    const checkpoint = await readCheckpoint('--init', file);
    expect(checkpoint.step).toBe(3);
    expect(() => recordOf(checkpoint, file)).toThrow(
      `'${file}' was not written by lovasz train: it lacks the settings of its run`,
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});
