import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Measurement } from '../report.js';
import { interpreter, peerProgram } from '../testing/interpreter.js';

const run = promisify(execFile);

let folder = '';
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'lovasz-bench-'))));
afterAll(() => rm(folder, { recursive: true }));

/** The built program in a process of its own: onnxruntime-node does not take arrays of jest's realm. */
const step = (...args: string[]): Promise<{ stdout: string }> =>
  run(process.execPath, [
    fileURLToPath(new URL('../../dist/bench.js', import.meta.url)),
    ...['step', '--model', 'unet', '--size', '16x8', '--batch', '2', '--repeats', '2'],
    ...args,
  ]);

const parameters = 121_211;

describe('bench step', () => {
  test.each(['cross-entropy', 'lovasz-softmax'])('measures a step of %s', async (loss) => {
    const { stdout } = await step('--loss', loss, '--json');
    const { bench, figures } = JSON.parse(stdout) as Measurement;
    expect(bench).toBe('step');
    expect(figures.map(({ name }) => name)).toEqual(['parameters', 'step']);
    expect(figures[0]!.value).toBe(parameters);
    expect(figures[1]!.value).toBeGreaterThan(0);
  });

  test('gives the ratio to a peer', async () => {
    const python = await interpreter(folder, 'same-network', peerProgram(parameters, 1000));
    const { stdout } = await step('--python', python, '--json');
    const { figures } = JSON.parse(stdout) as Measurement;
    expect(figures.find(({ name }) => name === 'step in PyTorch 2.0')?.value).toBe(1e6);
    const ratio = figures.find(({ name }) => name === 'step ratio');
    expect(ratio?.aim).toBe(1);
    expect(ratio?.value).toBeCloseTo(figures.find(({ name }) => name === 'step')!.value / 1e6, 3);
  });

  test('a peer with another network is an error', async () => {
    const python = await interpreter(folder, 'other-network', peerProgram(12, 1));
    await expect(step('--python', python)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`unet has ${parameters} parameters here, but 12 in PyTorch`),
    });
  });

  test('a Python that does not run is a wrong call', async () => {
    await expect(step('--python', join(folder, 'missing'))).rejects.toMatchObject({ code: 2 });
  });
});
