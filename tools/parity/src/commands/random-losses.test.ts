import { expect, test } from '@jest/globals';
import { compareRandomLosses, judgeCall, type RandomCall } from './random-losses.js';

const call: RandomCall = {
  name: 'lovasz-hinge',
  input: { data: Float32Array.of(2, -1, 0.5), shape: [3] },
  labels: { data: [1, 1, 0], shape: [3] },
  options: {},
  method: 'exact',
};

test('random calls come out as they should', () => {
  const { counts, failure } = compareRandomLosses({ seed: 7, count: 300, seconds: 60 });
  expect(failure).toBeUndefined();
  expect(counts.agreed).toBeGreaterThan(150);
  expect(counts.refused).toBeGreaterThan(30);
  expect(counts['near tie']).toBeLessThan(30);
});

test('a right call agrees, a wrong one is refused by both', () => {
  expect(judgeCall(call)).toBe('agreed');
  expect(judgeCall({ ...call, labels: { data: [1, 3, 0], shape: [3] } })).toBe('refused');
  expect(judgeCall({ ...call, options: { mask: { data: [2, 1, 1], shape: [3] } } })).toBe('refused');
});

test('what only the kernels refuse is told', () => {
  expect(() => judgeCall({ ...call, options: { reduction: 'mean' } })).toThrow(
    'refused what the reference accepts',
  );
});
