import { expect, test } from '@jest/globals';
import { jaccardWeights, kernelJaccardWeights } from '@lovasz/core';
import { histogramBound, weightBounds } from './histogram-bound.js';

const array = (...data: number[]) => ({ data, shape: [data.length] });

test('pixels with bins of their own are exact', () => {
  const call = { name: 'lovasz-hinge', options: {} } as const;
  expect(histogramBound(call, array(2, -1, 0.5), array(1, 1, 0))).toBe(0);
});

test('two pixels of a bin may change places', () => {
  // Errors 1.5 (foreground) and 1.5001 (background): U₀ = 2 and U₁ = 3, I₀ = 2 and I₁ = 1.
  const bounds = weightBounds([1.5, 1.5001, 0.25], [1, 0, 1], [1, 1, 1]);
  expect(Array.from(bounds)).toEqual([
    expect.closeTo((1 / 2 - 1 / 3) / 2, 15),
    expect.closeTo(2 / 6 - 1 / 6, 15),
    0,
  ]);
});

test('holds for crowded bins, and is not far off', () => {
  const pixels = 400;
  const errors = Float32Array.from({ length: pixels }, (_, i) => 0.5 + ((i * 7919) % pixels) / pixels / 8);
  let tightest = 0;
  for (const share of [2, 3, 50, 1000]) {
    const foreground = Array.from({ length: pixels }, (_, i) => (i % share === 1 ? 1 : 0));
    const exact = jaccardWeights(errors, foreground);
    const counted = kernelJaccardWeights(errors, foreground, { method: 'histogram' });
    weightBounds(errors, foreground, new Array(pixels).fill(1)).forEach((bound, pixel) => {
      const error = Math.abs(counted[pixel]! - exact[pixel]!);
      expect(error).toBeLessThanOrEqual(bound + 1e-7 * exact[pixel]! + 1e-12);
      if (bound > 0) tightest = Math.max(tightest, error / bound);
    });
  }
  expect(tightest).toBeGreaterThan(0.4);
});

test.each([
  ['lovasz-hinge', {}, 1],
  ['lovasz-sigmoid', {}, 1 / 4],
] as const)('of %s scores a share of the bound of its weights', (name, options, share) => {
  // Two scores that differ by less than a bin, next to the margin of the hinge and to a probability of one half.
  const scores = name === 'lovasz-hinge' ? array(0.5999, -0.59995, 3) : array(0.00001, -0.00002, 3);
  const bound = histogramBound({ name, options }, scores, array(1, 0, 1));
  const [ofForeground, ofBackground] = [(1 / 2 - 1 / 3) / 2, 2 / 6 - 1 / 6];
  expect(bound).toBeCloseTo(share * Math.max(ofForeground, ofBackground), 5);
});
