import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxError } from '@lovasz/onnx';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UsageError } from '../settings/usage-error.js';
import { readModelFile } from './read-model-file.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lovasz-'));
});
afterAll(() => rm(directory, { recursive: true }));

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
