import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors } from '@lovasz/onnxruntime/safetensors';
import { runParity } from '../run-parity.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metrics-'));
});

afterEach(() => rm(folder, { recursive: true }));

const tolerance = { relative: 1e-12, absolute: 1e-12 };
const merged = {
  name: 'merge/large',
  source: { definition: 'integer counts' },
  inputs: {},
  options: { numClasses: 2, confusion: [[2 ** 33 + 1, 1], [0, 0]], level: 'dataset' }, // prettier-ignore
  expected: { iou: [(2 ** 33 + 1) / (2 ** 33 + 2), 0], dice: [1, 0], meanIou: { union: 0.5 } },
  tolerance: { relative: 1e-9, absolute: 1e-9 },
};
const mmseg = {
  name: 'dataset/tiny/mmseg-iou-metric',
  source: { repository: 'open-mmlab/mmsegmentation', function: 'IoUMetric', options: { nan_to_num: null } },
  inputs: { file: 'dataset.safetensors', labels: 'labels', predictions: ['first', 'second'] },
  options: { numClasses: 3, ignoreIndex: 255 },
  expected: { IoU: [0.5, 0, null], mIoU: 0.25, aAcc: 0.5 },
  tolerance,
};

async function run(cases: readonly unknown[]): Promise<{ lines: string[]; exitCode: number }> {
  const tensor = (shape: number[], pixels: number[]) => ({
    dtype: 'U8' as const,
    shape,
    data: Uint8Array.from(pixels),
  });
  const tensors = new Map([
    ['labels', tensor([2, 1, 2], [0, 1, 255, 255])],
    ['first', tensor([1, 2], [0, 0])],
    ['second', tensor([1, 2], [0, 1])],
  ]);
  await writeFile(join(folder, 'dataset.safetensors'), encodeSafetensors(tensors));
  await writeFile(join(folder, 'cases.json'), JSON.stringify({ cases }));
  const lines: string[] = [];
  const exitCode = await runParity(['metrics', folder], (line) => lines.push(line));
  return { lines, exitCode };
}

test('passes cases of counts and of tensors', async () => {
  const { lines, exitCode } = await run([merged, mmseg]);
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['ok', 'ok', '2']);
  expect(exitCode).toBe(0);
});

test('a value that is off, missing or not NaN fails the case, and so does its exact value', async () => {
  const { lines } = await run([
    { ...mmseg, expected: { mIoU: 0.26 } },
    { ...mmseg, expected: { IoU: [0.5, 0, 0] } },
    { ...mmseg, expected: { aAcc: null } },
    { ...mmseg, expected: { other: 1 } },
    { ...mmseg, exact: { mIoU: 0.2500001 }, exactTolerance: tolerance },
  ]);
  expect(lines.filter((line) => line.startsWith('FAIL'))).toHaveLength(5);
  expect(lines.join('\n')).toMatch(/\.IoU\[2\] is NaN; expected 0/);
  expect(lines.join('\n')).toMatch(/nothing was computed for \.other/);
});

test('an unknown kind fails by name, and the others go on', async () => {
  const { lines, exitCode } = await run([
    { ...mmseg, name: 'dataset/tiny/new', source: { package: 'newmetrics', function: 'Score' } },
    mmseg,
  ]);
  expect(lines[0]).toMatch(/^FAIL dataset\/tiny\/new .*unknown kind of case: newmetrics, Score/);
  expect(lines.at(-1)).toBe('1 passed, 1 failed');
  expect(exitCode).toBe(1);
});
