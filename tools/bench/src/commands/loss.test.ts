import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Measurement } from '../report.js';
import { interpreter } from '../testing/interpreter.js';

const run = promisify(execFile);

let folder = '';
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'lovasz-bench-'))));
afterAll(() => rm(folder, { recursive: true }));

/** The built program in a process of its own: the worker threads of the kernels are built files. */
async function loss(...args: string[]): Promise<Map<string, Measurement['figures'][number]>> {
  const { stdout } = await run(process.execPath, [
    fileURLToPath(new URL('../../dist/bench.js', import.meta.url)),
    ...['loss', '--batch', '2', '--classes', '3', '--size', '40', '--many-pixels', '10000', '--repeats', '2'],
    ...['--json', ...args],
  ]);
  const { bench, figures } = JSON.parse(stdout) as Measurement;
  expect(bench).toBe('loss');
  return new Map(figures.map((figure) => [figure.name, figure]));
}

describe('bench loss', () => {
  test('measures time, memory and accuracy of both methods', async () => {
    const figures = await loss();
    for (const distribution of ['random', 'trained']) {
      expect(figures.get(`${distribution}: histogram, 1 thread`)!.value).toBeGreaterThan(0);
      expect(figures.get(`${distribution}: histogram in place, 2 threads`)!.value).toBeGreaterThan(0);
      expect(figures.get(`${distribution}: exact, error of the loss`)!.value).toBeLessThan(1e-8);
      expect(figures.get(`${distribution}: exact, 1 − cosine of the gradient`)!.value).toBeLessThan(1e-8);
      // 1 − cosine of a gradient in the wrong order of classes or pixels, or with a wrong sign, is far from 0.
      expect(figures.get(`${distribution}: histogram, 1 − cosine of the gradient`)!.value).toBeLessThan(1e-3);
    }
    expect(figures.get('time per pixel, many / one million')!.value).toBeGreaterThan(0);
    // Rounded to float32, but not further off: a wrong sign is an error of 2.
    expect(figures.get('exact, error of the gradient at each of many pixels')!.value).toBeLessThan(1.2e-7);
    expect(figures.get('exact, error of the gradient at each of many pixels')!.value).toBeGreaterThan(0);
  });

  test('gives ratios to a peer', async () => {
    const python = await interpreter(
      folder,
      'peer',
      `
      console.log(JSON.stringify({ version: '2.0', gradientErrors: [0.5, 0.25] }));
      require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
        const { loss, threads } = JSON.parse(line);
        console.log(JSON.stringify({ seconds: loss === 'cross-entropy' ? 1000 : 2000 * threads }));
      });`,
    );
    const figures = await loss('--python', python);
    expect(figures.get('trained: PyTorch Lovász-Softmax, 2 threads')!.value).toBe(4e6);
    const ours = figures.get('trained: histogram, 1 thread')!.value;
    const ratio = figures.get('trained: histogram, 1 thread / PyTorch Lovász-Softmax, 1 thread')!;
    expect(ratio.must).toBeCloseTo(1 / 30);
    expect(ratio.value).toBeCloseTo(ours / 2e6, 6);
    expect(figures.get('PyTorch 2.0: median error of weights, 1 % foreground')!.value).toBe(0.25);
  });

  test.each([
    ['a Python that does not run', ['--python', 'missing-python']],
    ['one class', ['--classes', '1']],
  ])('%s is a wrong call', async (_, args) => {
    await expect(loss(...args)).rejects.toMatchObject({ code: 2 });
  });
});
