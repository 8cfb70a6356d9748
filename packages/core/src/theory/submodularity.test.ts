import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diceLoss } from './dice-loss.js';
import { hammingLoss } from './hamming-loss.js';
import { jaccardLoss } from './jaccard-loss.js';
import { lovaszExtension } from './lovasz-extension.js';
import type { SetFunction } from './set-function.js';
import { findSubmodularityCounterexample, isSubmodular } from './submodularity.js';

const groundTruths = (pixels: number) =>
  Array.from({ length: 2 ** pixels }, (_, set) => Array.from({ length: pixels }, (_, i) => (set >> i) & 1));

test('the Jaccard loss is submodular for every ground truth of up to 7 pixels', () => {
  for (let pixels = 0; pixels <= 7; pixels++) {
    for (const foreground of groundTruths(pixels)) {
      expect(isSubmodular(jaccardLoss(foreground), pixels)).toBe(true);
    }
  }
});

test('the Hamming loss is modular: neither it nor its negative has a counterexample', () => {
  expect(isSubmodular(hammingLoss, 6)).toBe(true);
  expect(isSubmodular((members) => -hammingLoss(members), 6)).toBe(true);
});

test('the Dice loss is submodular exactly if at most one pixel is foreground', () => {
  for (let pixels = 0; pixels <= 6; pixels++) {
    for (const foreground of groundTruths(pixels)) {
      expect(isSubmodular(diceLoss(foreground), pixels)).toBe(hammingLoss(foreground) < 2);
    }
  }
  expect(findSubmodularityCounterexample(diceLoss([1, 1]), 2)).toEqual({
    a: [1, 0],
    b: [0, 1],
    excess: expect.closeTo(1 / 3),
  });
});

test('a counterexample violates Eq. (7) by its excess; without one all pairs of sets keep it', () => {
  const pixels = 3;
  const sets = groundTruths(pixels);
  const values = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(values, (table) => {
      const setFunction: SetFunction = (members) => table[members[0]! + 2 * members[1]! + 4 * members[2]!]!;
      const excess = (a: readonly number[], b: readonly number[]) =>
        setFunction(a.map((bit, i) => bit | b[i]!)) +
        setFunction(a.map((bit, i) => bit & b[i]!)) -
        setFunction(a) -
        setFunction(b);
      const found = findSubmodularityCounterexample(setFunction, pixels);
      if (found === undefined) {
        for (const a of sets) for (const b of sets) expect(excess(a, b)).toBeLessThanOrEqual(0);
      } else {
        expect(excess(found.a, found.b)).toBe(found.excess);
        expect(found.excess).toBeGreaterThan(0);
      }
    }),
  );
});

describe('a Lovász extension is convex exactly if its set function is submodular', () => {
  const error = fc.integer({ min: 0, max: 8 });
  const points = fc.array(error, { minLength: 4, maxLength: 4 });
  const isConvexOn = (setFunction: SetFunction) => (start: readonly number[], end: readonly number[]) => {
    const extension = (errors: readonly number[]) => lovaszExtension(setFunction, errors).value;
    const middle = start.map((each, i) => (each + end[i]!) / 2);
    return extension(middle) <= (extension(start) + extension(end)) / 2 + 1e-12;
  };

  test.each<[string, SetFunction]>([
    ['Jaccard', jaccardLoss([1, 0, 1, 0])],
    ['Hamming', hammingLoss],
    ['Dice with one pixel of foreground', diceLoss([0, 1, 0, 0])],
  ])('%s: convex along segments', (_, setFunction) => {
    fc.assert(fc.property(points, points, isConvexOn(setFunction)));
  });

  test('Dice with two: not convex between the sets of the counterexample', () => {
    const setFunction = diceLoss([1, 1, 0, 0]);
    const { a, b } = findSubmodularityCounterexample(setFunction, 4)!;
    expect(isConvexOn(setFunction)(a, b)).toBe(false);
  });
});

test('arguments out of range are named', () => {
  expect(() => isSubmodular(hammingLoss, 21)).toThrow(
    new RangeError('pixels is 21; expected an integer in 0…20'),
  );
  expect(() => isSubmodular(hammingLoss, 2, NaN)).toThrow(/^tolerance is NaN/);
});
