import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jaccardWeights } from '../jaccard/jaccard-weights.js';
import { referenceLoss } from '../reference/reference-loss.js';
import { diceLoss } from './dice-loss.js';
import { hammingLoss } from './hamming-loss.js';
import { jaccardLoss } from './jaccard-loss.js';
import { lovaszExtension } from './lovasz-extension.js';
import type { SetFunction } from './set-function.js';

/** Errors that are multiples of 1/8, so that ties occur, and labels. */
const pixels = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.constantFrom(0, 1)), { minLength: 1, maxLength: 16 })
  .map((list) => ({ errors: list.map(([error]) => error / 8), foreground: list.map(([, label]) => label) }));

test('known value and gradient', () => {
  expect(lovaszExtension(jaccardLoss([0, 1]), [0.9, 0.2])).toEqual({
    value: expect.closeTo(0.55),
    gradient: Float64Array.of(0.5, 0.5),
  });
});

test.each<[string, (foreground: readonly number[]) => SetFunction]>([
  ['Jaccard', jaccardLoss],
  ['Dice', diceLoss],
  ['Hamming', () => hammingLoss],
])('%s: equals the set function on every vertex of the hypercube', (_, lossOf) => {
  for (let labels = 0; labels < 32; labels++) {
    const setFunction = lossOf([0, 1, 2, 3, 4].map((pixel) => (labels >> pixel) & 1));
    for (let wrong = 0; wrong < 32; wrong++) {
      const vertex = [0, 1, 2, 3, 4].map((pixel) => (wrong >> pixel) & 1);
      expect(lovaszExtension(setFunction, vertex).value).toBeCloseTo(setFunction(vertex), 14);
    }
  }
});

test('of the Jaccard loss, its gradient is the closed form of the weights', () => {
  fc.assert(
    fc.property(pixels, ({ errors, foreground }) => {
      const { gradient } = lovaszExtension(jaccardLoss(foreground), errors);
      const weights = jaccardWeights(errors, foreground);
      gradient.forEach((entry, pixel) => expect(Math.abs(entry - weights[pixel]!)).toBeLessThan(1e-14));
    }),
  );
});

describe('with hinge errors', () => {
  const scores = fc.array(fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(0, 1)), {
    minLength: 1,
    maxLength: 12,
  });
  const parts = (list: readonly (readonly [number, number])[]) => {
    const logits = list.map(([logit]) => logit);
    const labels = list.map(([, label]) => label);
    const errors = logits.map((logit, i) => Math.max(1 - logit * (2 * labels[i]! - 1), 0));
    const loss = (name: 'lovasz-hinge' | 'hinge') =>
      referenceLoss(name, { data: logits, shape: [list.length] }, { data: labels, shape: [list.length] });
    return { labels, errors, loss };
  };

  test('the extension of the Jaccard loss is the Lovász hinge (Eq. 10)', () => {
    fc.assert(
      fc.property(scores, (list) => {
        const { labels, errors, loss } = parts(list);
        expect(lovaszExtension(jaccardLoss(labels), errors).value).toBeCloseTo(
          loss('lovasz-hinge').value,
          12,
        );
      }),
    );
  });

  test('the extension of the Hamming loss is the plain hinge, summed', () => {
    fc.assert(
      fc.property(scores, (list) => {
        const { errors, loss } = parts(list);
        const sum = loss('hinge').value * list.length;
        expect(lovaszExtension(hammingLoss, errors).value).toBeCloseTo(sum, 12);
      }),
    );
  });
});

test('a set function that is not 0 for the empty set, and NaN, are refused', () => {
  expect(() => lovaszExtension(() => 1, [0])).toThrow(
    new RangeError('setFunction is 1 for the empty set; a Lovász extension needs 0'),
  );
  expect(() => lovaszExtension(hammingLoss, [0, NaN])).toThrow(new RangeError('errors hold NaN at pixel 1'));
});
