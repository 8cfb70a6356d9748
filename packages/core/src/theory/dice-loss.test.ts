import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diceLoss } from './dice-loss.js';
import { jaccardLoss } from './jaccard-loss.js';

test('known values', () => {
  expect(diceLoss([1, 0, 0])([0, 1, 0])).toBe(1 / 3);
  expect(diceLoss([1, 1, 0])([1, 0, 0])).toBe(1 / 3);
  expect(diceLoss([1, 1, 0])([1, 1, 0])).toBe(1);
  expect(diceLoss([0, 0])([0, 0])).toBe(0);
});

test('it is J/(2 − J) of the Jaccard loss J', () => {
  const pixels = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1)), { maxLength: 12 });
  fc.assert(
    fc.property(pixels, (list) => {
      const foreground = list.map(([label]) => label);
      const wrong = list.map(([, each]) => each);
      const jaccard = jaccardLoss(foreground)(wrong);
      expect(diceLoss(foreground)(wrong)).toBeCloseTo(jaccard / (2 - jaccard), 14);
    }),
  );
});
