import { expect, test } from '@jest/globals';
import { broadcastIndices, broadcastShape, transposedIndices } from './broadcast.js';

test('shapes broadcast from the right', () => {
  expect(broadcastShape([2, 1, 4], [3, 1])).toEqual([2, 3, 4]);
  expect(broadcastShape([], [2], [1, 1])).toEqual([1, 2]);
  expect(broadcastShape([0], [1])).toEqual([0]);
});

test('lengths that differ are named', () => {
  expect(() => broadcastShape([2, 3], [4])).toThrow(
    new RangeError('shapes [2, 3] and [4] do not broadcast: 3 against 4'),
  );
});

test('a broadcast tensor reads its one entry along an axis of length 1', () => {
  expect(Array.from(broadcastIndices([2, 1], [2, 3]))).toEqual([0, 0, 0, 1, 1, 1]);
  expect(Array.from(broadcastIndices([3], [2, 3]))).toEqual([0, 1, 2, 0, 1, 2]);
  expect(Array.from(broadcastIndices([], [2, 1]))).toEqual([0, 0]);
});

test('a transposed tensor reads across its axes', () => {
  expect(Array.from(transposedIndices([2, 3], [1, 0]))).toEqual([0, 3, 1, 4, 2, 5]);
  expect(Array.from(transposedIndices([2, 1, 2], [2, 0, 1]))).toEqual([0, 2, 1, 3]);
});
