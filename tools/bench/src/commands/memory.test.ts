import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { Measurement } from '../report.js';

const run = promisify(execFile);

/** The built program in a process of its own: onnxruntime-node does not take arrays of jest's realm. */
const memory = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  run(process.execPath, [
    fileURLToPath(new URL('../../dist/bench.js', import.meta.url)),
    ...['memory', '--size', '64x64', '--batch', '8', '--repeats', '1', '--models', 'no-such-folder'],
    ...['--json', ...args],
  ]);

/** Resident memory is asked of Linux. */
const onLinux = process.platform === 'linux';

if (!onLinux) {
  test('other systems are a wrong call', async () => {
    await expect(memory()).rejects.toMatchObject({ code: 2 });
  });
} else {
  test('the plan of a step is near what its run takes, activations kept and computed again', async () => {
    const { stdout, stderr } = await memory('--check');
    expect(stderr).toContain('no-such-folder is not there: its networks are left out');
    const { bench, figures } = JSON.parse(stdout) as Measurement;
    expect(bench).toBe('memory');
    const value = (name: string): number => figures.find((figure) => figure.name === name)!.value;
    for (const network of ['U-Net', 'ENet']) {
      for (const variant of [`${network}, kept`, `${network}, recomputed`]) {
        const [planned, measured] = [value(`${variant}: planned`), value(`${variant}: measured`)];
        // A step of eight images of 64×64 in such a network: not some rest of another measurement.
        expect(measured).toBeGreaterThan(5);
        expect(value(`${variant}: planned / measured`)).toBeCloseTo(planned / measured, 6);
        expect(value(`${variant}: measured with the arena`)).toBeGreaterThan(0.8 * measured);
      }
      const ratio = value(`${network}: measured, recomputed / kept`);
      expect(ratio).toBeCloseTo(
        value(`${network}, recomputed: measured`) / value(`${network}, kept: measured`),
        6,
      );
      expect(ratio).toBeLessThan(1);
      expect(value(`${network}: step, recomputed / kept`)).toBeGreaterThan(0);
    }
    expect(figures.filter(({ must }) => must === 20)).toHaveLength(4);
  });
}
