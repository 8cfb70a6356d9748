import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxError } from '@lovasz/onnx';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UsageError } from '../options/usage-error.js';
import { openModel, readModelFile } from './open-model.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lovasz-'));
});
afterAll(() => rm(directory, { recursive: true }));

test('a network built in is drawn by the seed', async () => {
  const open = (seed: number) =>
    openModel({ kind: 'built-in', name: 'unet' }, { classes: 2, size: { width: 16, height: 16 }, seed });
  const [first, again, other] = await Promise.all([open(1), open(1), open(2)]);
  expect(again.graph!.initializer).toEqual(first.graph!.initializer);
  expect(other.graph!.initializer).not.toEqual(first.graph!.initializer);
});

test('a file that is not there is a mistake of the command line', async () => {
  const file = join(directory, 'nothing.onnx');
  const reading = readModelFile(file);
  await expect(reading).rejects.toThrow(UsageError);
  await expect(reading).rejects.toThrow(`--model: cannot read ${file}: ENOENT`);
});

test('a file that is no model is refused by name', async () => {
  const file = join(directory, 'text.onnx');
  await writeFile(file, 'no model');
  const reading = readModelFile(file);
  await expect(reading).rejects.toThrow(OnnxError);
  await expect(reading).rejects.toThrow(`${file}: the 8 bytes are no ONNX model`);
});
