import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CheckpointError,
  decodeCheckpoint,
  encodeCheckpoint,
  loadCheckpoint,
  saveCheckpoint,
  type Checkpoint,
} from './checkpoint.js';
import { encodeSafetensors } from './safetensors.js';

const checkpoint: Checkpoint = {
  step: 12,
  seed: 3,
  optimizer: { name: 'sgd', settings: { momentum: 0.9 } },
  weights: new Map([['stage/1.weight', { shape: [2, 1], data: Float32Array.of(1.5, -2) }]]),
  statistics: new Map([['norm.running_mean', { shape: [1], data: Float32Array.of(0.25) }]]),
  moments: new Map([
    ['velocity', new Map([['stage/1.weight', { shape: [2, 1], data: Float32Array.of(0.5, 0) }]])],
  ]),
  extra: { epoch: 2, note: 'half way' },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lovasz-checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('checkpoints', () => {
  test('everything comes back, slashes in names included', () => {
    const again = decodeCheckpoint(encodeCheckpoint(checkpoint));
    expect(again).toMatchObject({
      step: 12,
      seed: 3,
      optimizer: checkpoint.optimizer,
      extra: checkpoint.extra,
    });
    expect([...again.weights.get('stage/1.weight')!.data]).toEqual([1.5, -2]);
    expect(again.weights.get('stage/1.weight')!.shape).toEqual([2, 1]);
    expect([...again.statistics.get('norm.running_mean')!.data]).toEqual([0.25]);
    expect([...again.moments.get('velocity')!.get('stage/1.weight')!.data]).toEqual([0.5, 0]);
  });

  test('a state that is not finite is not kept: the file stays as it was', async () => {
    const file = join(folder, 'checkpoint.safetensors');
    await saveCheckpoint(file, checkpoint);
    const before = await readFile(file);
    const broken = new Map([['w', { shape: [2], data: Float32Array.of(1, NaN) }]]);
    await expect(saveCheckpoint(file, { ...checkpoint, weights: broken })).rejects.toThrow(
      'weights/w holds NaN',
    );
    expect(before.equals(await readFile(file))).toBe(true);
    expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
  });

  test('a file that is cut short is refused at every length, by its name', async () => {
    const bytes = encodeCheckpoint(checkpoint);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(CheckpointError);
    }
    const file = join(folder, 'cut.safetensors');
    await writeFile(file, bytes.subarray(0, 40));
    const error = await loadCheckpoint(file).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      message: expect.stringMatching(/cut\.safetensors': the checkpoint is damaged/),
      cause: { name: 'CheckpointError', cause: { name: 'SafetensorsError' } },
    });
    await expect(loadCheckpoint(join(folder, 'none'))).rejects.toThrow('cannot read');
  });

  test('other safetensors files are no checkpoints', () => {
    const tensor = { dtype: 'F32' as const, shape: [1], data: Float32Array.of(1) };
    expect(() => decodeCheckpoint(encodeSafetensors(new Map([['w', tensor]])))).toThrow(
      "format is 'missing'",
    );
    const metadata = { format: 'lovasz-checkpoint', version: '1', run: '{}' };
    expect(() => decodeCheckpoint(encodeSafetensors(new Map(), metadata))).toThrow(
      'lacks step, seed or optimizer',
    );
    const run = JSON.stringify({ step: 1, seed: 0, optimizer: { name: 'sgd', settings: {} } });
    expect(() => decodeCheckpoint(encodeSafetensors(new Map([['w', tensor]]), { ...metadata, run }))).toThrow(
      "tensor 'w' is not known",
    );
    const newer = { ...metadata, version: '2' };
    expect(() => decodeCheckpoint(encodeSafetensors(new Map(), newer))).toThrow('version 2, expected');
  });
});
