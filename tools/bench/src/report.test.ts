import { describe, expect, test } from '@jest/globals';
import type { Figure } from './figures.js';
import { report } from './report.js';

const machine = {
  processor: 'Abacus',
  cores: 2,
  memoryGiB: 8,
  platform: 'linux-x64',
  node: 'v20.19.0',
};

function reported(figures: readonly Figure[], options: { json: boolean; check: boolean }) {
  const written: string[] = [];
  const complaints: string[] = [];
  const exitCode = report(
    { bench: 'walk', machine, figures },
    options,
    (line) => written.push(line),
    (line) => complaints.push(line),
  );
  return { written, complaints, exitCode };
}

const good: Figure = { name: 'step', value: 0.65, unit: 's', must: 0.7, aim: 0.5 };
const bad: Figure = { name: 'stride', value: 1.23456, unit: 'ratio', must: 1 };

describe('report', () => {
  test('prints a line per figure with what is wanted of it', () => {
    const { written, exitCode } = reported([good, bad], { json: false, check: false });
    expect(written).toEqual([
      'walk on Abacus, 2 cores, node v20.19.0',
      '  step    0.65 s  (must be at most 0.7, aim 0.5)',
      '  stride  1.235 ratio  (must be at most 1)',
    ]);
    expect(exitCode).toBe(0);
  });

  test('prints the whole measurement as one line of JSON', () => {
    const { written } = reported([good, bad], { json: true, check: false });
    expect(written).toHaveLength(1);
    expect(JSON.parse(written[0]!)).toEqual({ bench: 'walk', machine, figures: [good, bad] });
  });

  test('a check names each figure that misses its must', () => {
    const { complaints, exitCode } = reported([good, bad], { json: true, check: true });
    expect(complaints).toEqual(['stride is 1.235 ratio, but must be at most 1']);
    expect(exitCode).toBe(1);
  });

  test('a check passes at the very limit, and does not ask for aims', () => {
    const figures = [
      { ...bad, value: 1 },
      { name: 'pace', value: 9, unit: '', aim: 1 },
    ];
    expect(reported(figures, { json: false, check: true })).toMatchObject({ complaints: [], exitCode: 0 });
  });

  test('a check fails for what is not a number', () => {
    expect(reported([{ ...good, value: NaN }], { json: false, check: true }).exitCode).toBe(1);
  });
});
