import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { interpreter } from '../testing/interpreter.js';
import { measureEvaluation } from './evaluation.js';

let folder = '';
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'lovasz-bench-'))));
afterAll(() => rm(folder, { recursive: true }));

const settings = { width: 32, height: 20, pixels: 100, images: 40 };

describe('bench evaluation', () => {
  test('measures without a peer', async () => {
    const figures = await measureEvaluation(settings, { repeats: 2 });
    expect(figures.map(({ name }) => name)).toEqual([
      'confusion matrix, 32 × 20',
      'Boundary IoU, 32 × 20',
      'Cityscapes evaluation, 32 × 20',
      'expected-IoU decision, 100 pixels × 21 classes',
      'equibatch, one draw from an index of 40 images',
    ]);
    for (const { value } of figures) expect(value).toBeGreaterThan(0);
  });

  test('a peer that counts otherwise is an error, not a ratio', async () => {
    const python = await interpreter(
      folder,
      'peer',
      `
      console.log(JSON.stringify({ versions: { numpy: '2', torchmetrics: '1', opencv: '5' } }));
      require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
        console.log(JSON.stringify({ seconds: 1, value: [[0]] }));
      });`,
    );
    await expect(measureEvaluation(settings, { repeats: 1, python })).rejects.toThrow(
      'confusion matrix of numpy 2 bincount is [[0]]; ours is',
    );
  });
});
