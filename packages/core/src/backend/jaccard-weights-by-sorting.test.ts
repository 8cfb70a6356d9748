import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { referenceBackend } from '../reference/reference-backend.js';
import { referenceTensor } from '../reference/reference-tensor.js';
import { jaccardWeightsBySorting } from './jaccard-weights-by-sorting.js';

const bit = fc.constantFrom(0, 1);

/** Two groups of three classes; `valid` is shared by the classes. Errors may tie; rows may lack foreground or pixels. */
const problems = fc.integer({ min: 1, max: 12 }).chain((pixels) =>
  fc.record({
    pixels: fc.constant(pixels),
    errors: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 6 * pixels, maxLength: 6 * pixels }),
    foreground: fc.oneof(
      fc.array(bit, { minLength: 6 * pixels, maxLength: 6 * pixels }),
      fc.constant(new Array<number>(6 * pixels).fill(0)),
    ),
    valid: fc.array(bit, { minLength: 2 * pixels, maxLength: 2 * pixels }),
  }),
);

test('agrees with the plain weights in every group and class, masked or not', () => {
  fc.assert(
    fc.property(problems, ({ pixels, errors, foreground, valid }) => {
      const inputs = [
        referenceTensor(errors, [2, 3, pixels]),
        referenceTensor(foreground, [2, 3, pixels]),
      ] as const;
      for (const mask of [referenceTensor(valid, [2, 1, pixels]), referenceTensor(1)]) {
        const bySorting = jaccardWeightsBySorting(referenceBackend, ...inputs, mask);
        const plain = referenceBackend.jaccardWeights(...inputs, mask);
        expect(bySorting.shape).toEqual([2, 3, pixels]);
        bySorting.data.forEach((weight, i) => {
          expect(Math.abs(weight - plain.data[i]!)).toBeLessThan(1e-15);
        });
      }
    }),
  );
});

test('a backend that cannot sort is named', () => {
  const withoutSorting = { ...referenceBackend, sorting: undefined };
  const one = referenceTensor([1]);
  expect(() => jaccardWeightsBySorting(withoutSorting, one, one, one)).toThrow(
    new TypeError('backend "reference" has no sorting operations'),
  );
});
