import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { referenceBackend } from '../reference/reference-backend.js';
import { referenceTensor } from '../reference/reference-tensor.js';
import { jaccardWeightsByHistogram } from './jaccard-weights-by-histogram.js';

const bit = fc.constantFrom(0, 1);
const list = (entry: fc.Arbitrary<number>, length: number) =>
  fc.array(entry, { minLength: length, maxLength: length });

/** Two groups of three classes; `valid` is shared by the classes. Errors may tie; rows may lack foreground or pixels. */
const problems = fc.integer({ min: 1, max: 12 }).chain((pixels) =>
  fc.record({
    pixels: fc.constant(pixels),
    errors: list(fc.integer({ min: 0, max: 6 }), 6 * pixels),
    foreground: fc.oneof(list(bit, 6 * pixels), fc.constant(new Array<number>(6 * pixels).fill(0))),
    valid: list(bit, 2 * pixels),
  }),
);

describe('in every group and class, masked or not', () => {
  test('a pixel weighs the mean of what it weighs first and last in its tie', () => {
    fc.assert(
      fc.property(problems, ({ pixels, errors, foreground, valid }) => {
        const shape = [2, 3, pixels];
        const inputs = [referenceTensor(errors, shape), referenceTensor(foreground, shape)] as const;
        for (const mask of [referenceTensor(valid, [2, 1, pixels]), referenceTensor(1)]) {
          const found = jaccardWeightsByHistogram(referenceBackend, ...inputs, mask, 512);
          expect(found.shape).toEqual(shape);
          // Errors moved by a little put the foreground of a tie first, or the background.
          const [first, last] = [0.25, -0.25].map((shift) => {
            const moved = errors.map((error, i) => Math.max(0, error + 1 + shift * foreground[i]!));
            return referenceBackend.jaccardWeights(referenceTensor(moved, shape), inputs[1], mask).data;
          });
          // In a tie, pixels of one label share their weights.
          const shared = (weights: Float64Array, i: number): number => {
            const row = Math.floor(i / pixels) * pixels;
            const group = Math.floor(i / (3 * pixels));
            const isValid = (k: number) =>
              mask.data.length === 1 || valid[group * pixels + (k % pixels)] === 1;
            const hasForeground = foreground
              .slice(row, row + pixels)
              .some((f, k) => f === 1 && isValid(row + k));
            if (!isValid(i)) return 0;
            const tied = Array.from({ length: pixels }, (_, k) => row + k).filter(
              (k) =>
                isValid(k) && errors[k] === errors[i] && (!hasForeground || foreground[k] === foreground[i]),
            );
            return tied.reduce((sum, k) => sum + weights[k]!, 0) / tied.length;
          };
          found.data.forEach((weight, i) => {
            const expected = (shared(first!, i) + shared(last!, i)) / 2;
            expect(Math.abs(weight - expected)).toBeLessThan(1e-12);
          });
        }
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

test('the largest errors are in the highest bin, and infinitely many bins are not needed to count them', () => {
  const errors = referenceTensor([1e30, 3e37, 0]);
  const weights = jaccardWeightsByHistogram(
    referenceBackend,
    errors,
    referenceTensor([1, 0, 1]),
    referenceTensor(1),
    64,
  );
  expect(weights.data.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 14);
});

test('a backend that cannot count is named', () => {
  const one = referenceTensor([1]);
  expect(() =>
    jaccardWeightsByHistogram({ ...referenceBackend, counting: undefined }, one, one, one, 16),
  ).toThrow(new TypeError('backend "reference" has no counting operations'));
});
