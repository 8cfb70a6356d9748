import { describe, expect, test } from '@jest/globals';
import { randomFor } from '../random.js';
import { randomScale } from './random-scale.js';

const sample = {
  id: 'a',
  width: 40,
  height: 20,
  image: new Uint8Array(40 * 20 * 3),
  labels: new Uint8Array(40 * 20),
};

describe('randomScale', () => {
  test('keeps the proportions and stays between the two factors', async () => {
    const random = randomFor(1);
    const widths = [];
    for (let draw = 0; draw < 40; draw++) {
      const { width, height } = await randomScale(sample, { minimum: 0.5, maximum: 1.5 }, random);
      expect(Math.abs(width - 2 * height)).toBeLessThanOrEqual(1);
      widths.push(width);
    }
    expect(Math.min(...widths)).toBeGreaterThanOrEqual(20);
    expect(Math.max(...widths)).toBeLessThanOrEqual(60);
    expect(Math.max(...widths) - Math.min(...widths)).toBeGreaterThan(20);
  });

  test('a tiny factor leaves one pixel', async () => {
    const scaled = await randomScale(sample, { minimum: 0.001, maximum: 0.001 }, randomFor(2));
    expect([scaled.width, scaled.height]).toEqual([1, 1]);
  });

  test.each([
    { minimum: 0, maximum: 1 },
    { minimum: 2, maximum: 1 },
    { minimum: 1, maximum: Infinity },
    { minimum: NaN, maximum: 1 },
  ])('refuses %p', async (options) => {
    await expect(randomScale(sample, options, randomFor(3))).rejects.toThrow(
      `minimum is ${options.minimum} and maximum ${options.maximum}; expected 0 < minimum ≤ maximum`,
    );
  });
});
