import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadCheckpoint } from '@lovasz/onnxruntime';
import { readMetricsFile } from '@lovasz/runs';
import { runFirstLight } from './run-first-light.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'first-light-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const amount = {
  size: { width: 16, height: 16 },
  batch: 20,
  start: { steps: 2 },
  comparison: { steps: 2 },
};
const quiet = {
  print: () => undefined,
  createReporter: () => ({ report: () => undefined, close: () => undefined }),
};

test('both losses start from the same weights, see the same learning rates and share one report', async () => {
  const outcome = await runFirstLight(directory, amount, quiet);
  expect(outcome!.columns.map(({ name }) => name)).toEqual(['cross-entropy', 'lovasz-softmax']);
  const [crossEntropy, lovasz] = ['cross-entropy', 'lovasz-softmax'].map((name) =>
    readMetricsFile(join(directory, name, 'metrics.jsonl')).filter((event) => event.event === 'step'),
  );
  const rates = (steps: typeof lovasz) => steps!.map(({ learningRate }) => learningRate);
  expect(rates(lovasz)).toEqual(rates(crossEntropy));
  expect(lovasz![0]!.loss).not.toBe(crossEntropy![0]!.loss);

  const ends = await Promise.all(
    ['start', 'cross-entropy', 'lovasz-softmax'].map(async (name) => {
      const { weights } = await loadCheckpoint(join(directory, name, 'checkpoint.safetensors'));
      return weights.get('classifier.bias')!.data;
    }),
  );
  // Two steps of Adam move a weight by about twice the learning rate: both ends lie near the start, and apart.
  for (const end of ends.slice(1)) {
    const distance = Math.max(...end.map((value, index) => Math.abs(value - ends[0]![index]!)));
    expect(distance).toBeGreaterThan(1e-4);
    expect(distance).toBeLessThan(5e-3);
  }
  expect(ends[1]).not.toEqual(ends[2]);

  const page = await readFile(outcome!.report, 'utf8');
  for (const part of ['lovasz-softmax', 'against cross-entropy', 'ring']) expect(page).toContain(part);
});

test('what stops it leaves no report', async () => {
  const stop = new AbortController();
  stop.abort();
  expect(await runFirstLight(directory, amount, { ...quiet, signal: stop.signal })).toBeUndefined();
  await expect(readFile(join(directory, 'report.html'))).rejects.toThrow('ENOENT');
});
