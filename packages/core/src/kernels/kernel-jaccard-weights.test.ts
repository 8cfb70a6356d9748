import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jaccardWeights } from '../jaccard/jaccard-weights.js';
import { kernelJaccardWeights } from './kernel-jaccard-weights.js';

/** Errors that often tie, above 1 too. */
const problem = fc
  .array(
    fc.record({
      error: fc.constantFrom(0, 0.125, 0.5, 0.5625, 1, 3, 1e6, 1e30),
      isForeground: fc.boolean(),
      isValid: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((pixels) => ({
    errors: Float32Array.from(pixels, ({ error }) => error),
    foreground: pixels.map(({ isForeground }) => Number(isForeground)),
    valid: pixels.map(({ isValid }) => Number(isValid)),
  }));

describe.each(['exact', 'histogram'] as const)('%s', (method) => {
  test('errors of 0 and −0 are equal and share their weight', () => {
    // Two background pixels at the end of the order, above a foreground pixel of the same error: U₀ = 2, U₁ = 4.
    const weights = kernelJaccardWeights(Float32Array.of(0.5, -0, 0, 0), [1, 0, 0, 1], { method });
    expect(weights[1]).toBe(weights[2]);
    expect(Array.from(weights)).toEqual([1 / 2, 1 / 16, 1 / 16, 3 / 8].map(Math.fround));
  });

  test.each([NaN, -0.5, Infinity])('an error of %p is refused by its place', (error) => {
    expect(() => kernelJaccardWeights(Float32Array.of(0.5, error), [1, 0], { method })).toThrow(
      new RangeError(`errors hold ${error} at pixel 1; expected finite numbers ≥ 0`),
    );
  });

  test('ties take the mean of foreground first and background first', () => {
    fc.assert(
      fc.property(problem, ({ errors, foreground, valid }) => {
        const order = [...errors.keys()];
        const inOrder = (sign: number) => {
          // The reference visits equal errors in their order: one time foreground first, one time last.
          const sorted = order.toSorted((a, b) => sign * (foreground[b]! - foreground[a]!));
          const weights = jaccardWeights(
            sorted.map((pixel) => errors[pixel]!),
            sorted.map((pixel) => foreground[pixel]!),
            sorted.map((pixel) => valid[pixel]!),
          );
          const sums = new Map<string, { sum: number; count: number }>();
          const key = (pixel: number) => `${errors[pixel]} ${foreground[pixel]} ${valid[pixel]}`;
          sorted.forEach((pixel, place) => {
            const { sum, count } = sums.get(key(pixel)) ?? { sum: 0, count: 0 };
            sums.set(key(pixel), { sum: sum + weights[place]!, count: count + 1 });
          });
          return order.map((pixel) => {
            const { sum, count } = sums.get(key(pixel))!;
            return sum / count;
          });
        };
        const [first, last] = [inOrder(1), inOrder(-1)];
        const weights = kernelJaccardWeights(errors, foreground, { valid, method });
        if (!foreground.some((isForeground, i) => isForeground && valid[i])) {
          const highest = Math.max(...order.filter((pixel) => valid[pixel]).map((pixel) => errors[pixel]!));
          const isHighest = (pixel: number) => valid[pixel] === 1 && errors[pixel] === highest;
          const count = order.filter(isHighest).length;
          expect(Array.from(weights)).toEqual(order.map((i) => (isHighest(i) ? Math.fround(1 / count) : 0)));
          return;
        }
        weights.forEach((weight, i) => expect(weight).toBeCloseTo((first[i]! + last[i]!) / 2, 6));
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test('errors in steps finer than a bin keep a sum of 1', () => {
    const errors = Float32Array.from({ length: 3000 }, (_, i) => 0.5 + i * 2 ** -20);
    const foreground = Array.from(errors, (_, i) => Number(i % 3 === 0));
    const weights = kernelJaccardWeights(errors, foreground, { method });
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  });
});

test('exact tells apart errors that differ in their last bit', () => {
  const errors = Float32Array.of(0.5, 0.5 + 2 ** -24, 0.5 - 2 ** -25);
  expect(Array.from(kernelJaccardWeights(errors, [1, 0, 0], { method: 'exact' }))).toEqual([0.5, 0.5, 0]);
});

test.each<[string, () => unknown, string]>([
  ['lengths', () => kernelJaccardWeights(Float32Array.of(1, 2), [1]), 'foreground has 1 pixels, errors 2'],
  [
    'a negative error',
    () => kernelJaccardWeights(Float32Array.of(1, -2), [1, 0]),
    'errors hold -2 at pixel 1',
  ],
  ['NaN', () => kernelJaccardWeights(Float32Array.of(NaN), [1]), 'errors hold NaN at pixel 0'],
  ['infinity', () => kernelJaccardWeights(Float32Array.of(Infinity), [1]), 'errors hold Infinity at pixel 0'],
  [
    'a method',
    () => kernelJaccardWeights(Float32Array.of(1), [1], { method: 'sort' as 'exact' }),
    'method is "sort"; expected',
  ],
])('%s', (_, act, message) => {
  expect(act).toThrow(message);
});
