import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jaccardLoss } from './jaccard-loss.js';
import { lovaszHingeSurface } from './loss-surfaces.js';
import { lovaszExtension } from './lovasz-extension.js';
import { proximalJaccardHinge } from './proximal-jaccard-hinge.js';

/** Margins that are multiples of 1/4, so that ties and zeros occur, and labels. */
const problems = fc.record({
  pixels: fc.array(fc.tuple(fc.integer({ min: -4, max: 8 }), fc.constantFrom(0, 1)), {
    minLength: 1,
    maxLength: 7,
  }),
  lambda: fc.constantFrom(0.05, 0.2, 1, 4),
});

const parts = (pixels: readonly (readonly [number, number])[]) => ({
  margins: pixels.map(([margin]) => margin / 4),
  foreground: pixels.map(([, label]) => label),
});

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.hypot(...Array.from(a, (entry, i) => entry - b[i]!));

const gradientAt = (foreground: readonly number[], margins: readonly number[]) =>
  lovaszExtension(
    jaccardLoss(foreground),
    margins.map((margin) => Math.max(margin, 0)),
  ).gradient.map((entry, i) => (margins[i]! > 0 ? entry : 0));

test.each([
  ['within a piece, a step along the gradient', [1, 1], [2, 1], 1, [1.5, 0.5]],
  ['background that meets foreground moves on with it', [1, 0], [1, 0.6], 1, [0.3, 0.3]],
  ['a step that ends at the floor', [1], [0.5], 1, [0]],
  ['margins below 0 stay', [1, 0], [-1, 3], 1, [-1, 2.5]],
  ['no foreground: the largest error falls until it meets the next', [0, 0], [2, 1.5], 1, [1.25, 1.25]],
])('%s', (_, foreground, margins, lambda, expected) => {
  expect(Array.from(proximalJaccardHinge(foreground, margins, lambda))).toEqual(
    expected.map((entry) => expect.closeTo(entry, 13)),
  );
});

test('it is the minimum: (m − u)·λ is a subgradient at u', () => {
  // Subgradients of max over the polytope {w ≥ 0, w(S) ≤ Δ(S)} of ⟨w, u⟩: those of its points that attain the value.
  fc.assert(
    fc.property(problems, ({ pixels, lambda }) => {
      const { margins, foreground } = parts(pixels);
      const found = proximalJaccardHinge(foreground, margins, lambda);
      const slope = margins.map((margin, i) => (margin - found[i]!) * lambda);
      for (const entry of slope) expect(entry).toBeGreaterThanOrEqual(-1e-12);
      const setFunction = jaccardLoss(foreground);
      for (let set = 1; set < 2 ** margins.length; set++) {
        const members = margins.map((_, i) => (set >> i) & 1);
        const sum = slope.reduce((total, entry, i) => total + entry * members[i]!, 0);
        expect(sum).toBeLessThanOrEqual(setFunction(members) + 1e-11);
      }
      const inner = slope.reduce((total, entry, i) => total + entry * found[i]!, 0);
      expect(inner).toBeCloseTo(lovaszHingeSurface(foreground, found), 11);
    }),
    { numRuns: 500 },
  );
});

test('no point of a grid is better', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -2, max: 6 }), { minLength: 3, maxLength: 3 }), (quarters) => {
      const margins = quarters.map((quarter) => quarter / 4);
      const grid = Array.from({ length: 17 }, (_, i) => -0.5 + i / 8);
      for (const foreground of [
        [1, 0, 0],
        [0, 1, 1],
        [0, 0, 0],
      ]) {
        const objective = (u: ArrayLike<number>) =>
          lovaszHingeSurface(foreground, u) + distance(u, margins) ** 2 / 4;
        const best = objective(proximalJaccardHinge(foreground, margins, 0.5));
        let least = Infinity;
        for (const a of grid) {
          for (const b of grid) for (const c of grid) least = Math.min(least, objective([a, b, c]));
        }
        expect(best).toBeLessThanOrEqual(least + 1e-12);
      }
    }),
    { numRuns: 4 },
  );
});

describe('against a step of gradient descent (Prop. C.1)', () => {
  test('where the order of the margins does not change, they are the same', () => {
    const foreground = [1, 0, 1, 0];
    const margins = [3, 2, 1, -1];
    const gradient = gradientAt(foreground, margins);
    const found = proximalJaccardHinge(foreground, margins, 10);
    margins.forEach((margin, i) => expect(found[i]).toBeCloseTo(margin - gradient[i]! / 10, 14));
  });

  test('of the same length, it is never worse', () => {
    fc.assert(
      fc.property(problems, fc.constantFrom(0.1, 1, 5), ({ pixels }, learningRate) => {
        const { margins, foreground } = parts(pixels);
        const gradient = gradientAt(foreground, margins);
        const descended = margins.map((margin, i) => margin - learningRate * gradient[i]!);
        const length = distance(descended, margins);
        // The step shortens as λ grows: bisect, on the side that is not longer.
        let [low, high] = [1e-9, 1e6];
        for (let step = 0; step < 80; step++) {
          const middle = Math.sqrt(low * high);
          const isLonger = distance(proximalJaccardHinge(foreground, margins, middle), margins) > length;
          if (isLonger) low = middle;
          else high = middle;
        }
        const found = proximalJaccardHinge(foreground, margins, high);
        expect(lovaszHingeSurface(foreground, found)).toBeLessThanOrEqual(
          lovaszHingeSurface(foreground, descended) + 1e-6,
        );
      }),
    );
  });
});

test('repeated, it reaches the minimum', () => {
  const foreground = [1, 0, 0, 1, 0];
  let margins = Float64Array.of(2, 1.5, -0.5, 0.25, 1);
  for (let step = 0; step < 20; step++)
    margins = Float64Array.from(proximalJaccardHinge(foreground, margins, 1));
  expect(lovaszHingeSurface(foreground, margins)).toBe(0);
});

test('bad input is named', () => {
  expect(() => proximalJaccardHinge([1], [1, 2], 1)).toThrow(/^margins has 2 pixels, foreground 1/);
  expect(() => proximalJaccardHinge([1], [1], 0)).toThrow(
    new RangeError('lambda is 0; expected a finite number > 0'),
  );
  expect(() => proximalJaccardHinge([1, 0], [1, Infinity], 1)).toThrow(
    new RangeError('margins hold Infinity at pixel 1; expected a finite number'),
  );
});
