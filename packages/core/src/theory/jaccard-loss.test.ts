import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jaccardIndex } from './jaccard-index.js';
import { jaccardLoss } from './jaccard-loss.js';
import { mispredictions } from './mispredictions.js';

const bit = fc.constantFrom(0, 1);
const pairs = fc.array(fc.tuple(bit, bit), { maxLength: 12 }).map((pixels) => ({
  groundTruth: pixels.map(([label]) => label),
  prediction: pixels.map(([, predicted]) => predicted),
}));

test.each([
  ['half right', [1, 1, 0], [0, 1, 1], 1 / 3],
  ['all right', [1, 0, 1], [1, 0, 1], 1],
  ['all wrong', [1, 0], [0, 1], 0],
  ['nothing there, nothing found: 0/0 = 1', [0, 0], [0, 0], 1],
  ['no pixel at all', [], [], 1],
])('Jaccard index, %s', (_, groundTruth, prediction, expected) => {
  expect(jaccardIndex(groundTruth, prediction)).toBe(expected);
});

test('mispredictions are in one of the two sets only', () => {
  expect(mispredictions([1, 1, 0, 0], [0, 1, 1, 0])).toEqual(Uint8Array.of(1, 0, 1, 0));
});

test('the loss of mispredictions (Eq. 6) is one minus the index (Eq. 4)', () => {
  fc.assert(
    fc.property(pairs, ({ groundTruth, prediction }) => {
      const loss = jaccardLoss(groundTruth)(mispredictions(groundTruth, prediction));
      expect(loss).toBeCloseTo(1 - jaccardIndex(groundTruth, prediction), 14);
    }),
  );
});

test('lengths that differ are named', () => {
  expect(() => jaccardIndex([1, 0], [1])).toThrow(
    new RangeError('prediction has 1 pixels, groundTruth 2; expected the same number'),
  );
  expect(() => mispredictions([1], [1, 0])).toThrow(/^prediction has 2 pixels/);
  expect(() => jaccardLoss([1])([1, 0])).toThrow(/^mispredictions has 2 pixels, foreground 1/);
});
