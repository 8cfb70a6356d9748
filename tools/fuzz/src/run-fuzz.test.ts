import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { unet } from '@lovasz/models';
import { modelBytes } from '@lovasz/onnx';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lovasz-'));
  const size = { width: 16, height: 16 };
  const networks = {
    binary: unet({ classCount: 2, ...size, seed: 1, base: 1, depth: 1 }),
    unet: unet({ classCount: 3, ...size, seed: 2, base: 2, depth: 1 }),
    deeper: unet({ classCount: 2, ...size, seed: 3, base: 1, depth: 2 }),
    deepest: unet({ classCount: 2, ...size, seed: 4, base: 1, depth: 3 }),
  };
  for (const [name, model] of Object.entries(networks)) {
    writeFileSync(join(folder, `${name}.onnx`), modelBytes(model));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The tool as it is built: outside of jest it is several times as fast. */
function fuzz(...args: string[]): { status: number | null; lines: string[] } {
  const script = fileURLToPath(new URL('../dist/fuzz.js', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, lines: `${stdout}${stderr}`.trim().split('\n') };
}

describe('fuzz', () => {
  test('every damaged model is refused by a typed error or is valid', () => {
    const { status, lines } = fuzz(folder, '--count', '2000', '--seed', '1', '--out', join(folder, 'out'));
    expect(lines).toEqual([
      expect.stringMatching(/^2000 mutations of 4 models, seed 1, \d+ s: \d+ refused, \d+ valid, 0 failed$/),
    ]);
    const [, refused, valid] = /(\d+) refused, (\d+) valid/.exec(lines[0]!)!;
    expect(Number(refused)).toBeGreaterThan(500);
    expect(Number(valid)).toBeGreaterThan(200);
    expect(status).toBe(0);
  });

  test('what fails is written down', () => {
    const out = join(folder, 'slow');
    const { status, lines } = fuzz(join(folder, 'unet.onnx'), '--count', '1', '--heap', '0', '--out', out);
    expect(lines[0]).toMatch(/^FAIL 0 unet \(.*\): /);
    expect(readdirSync(out)).toEqual(['unet-1-0.onnx']);
    expect(status).toBe(1);
  });

  test('a wrong call says what is wrong', () => {
    expect(fuzz(join(folder, 'nothing'))).toMatchObject({
      status: 2,
      lines: [expect.stringContaining('no such file')],
    });
    expect(fuzz(folder, '--count', 'many')).toMatchObject({ status: 2 });
  });
});
