import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { balancedClassWeights } from './balanced-class-weights.js';

const images = [
  [60, 40, 0, 0],
  [80, 0, 20, 0],
];

test('inverse frequency', () => {
  expect(balancedClassWeights(images, 'inverse-frequency')).toEqual(
    [200 / 420, 200 / 120, 200 / 60, 0].map((weight) => expect.closeTo(weight, 15)),
  );
});

test('inverse frequency gives a pixel the mean weight 1', () => {
  const counts = fc
    .array(fc.nat(1000), { minLength: 1, maxLength: 6 })
    .filter((all) => all.some((n) => n > 0));
  fc.assert(
    fc.property(counts, (all) => {
      const weights = balancedClassWeights([all], 'inverse-frequency');
      const sum = all.reduce((total, count, id) => total + count * weights[id]!, 0);
      expect(sum / all.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    }),
  );
});

test('median frequency counts the images that have the class, and is the default', () => {
  // Frequencies 140/200, 40/100 and 20/100: the median is 0.4.
  expect(balancedClassWeights(images)).toEqual([expect.closeTo(0.4 / 0.7, 15), 1, expect.closeTo(2, 15), 0]);
  // Of two frequencies it is their mean.
  expect(balancedClassWeights([[30, 10]])).toEqual([expect.closeTo(0.5 / 0.75, 15), 2]);
});

test('logarithmic', () => {
  expect(balancedClassWeights([[3, 1, 0]], 'logarithmic')).toEqual([
    1 / Math.log(1.77),
    1 / Math.log(1.27),
    0,
  ]);
});

test.each([
  [[], 'counts hold no image; expected at least one'],
  [[[1, 2], [3]], 'counts[1] has 1 classes, counts[0] 2'],
  [[[1, -2]], 'counts[0][1] is -2; expected an integer ≥ 0'],
  [[[0.5]], 'counts[0][0] is 0.5; expected an integer ≥ 0'],
  [[[0, 0]], 'counts are all 0; expected a pixel of some class'],
])('%p is refused', (counts, message) => {
  expect(() => balancedClassWeights(counts)).toThrow(new RangeError(message));
});

test('an unknown rule is refused', () => {
  expect(() => balancedClassWeights(images, 'sqrt' as 'logarithmic')).toThrow(
    new TypeError('balance is "sqrt"; expected inverse-frequency, median-frequency, logarithmic'),
  );
});
