import { describe, expect, test } from '@jest/globals';
import { randomNumbers } from './random-numbers.js';

const moment = (numbers: Float32Array, power: number): number =>
  numbers.reduce((sum, each) => sum + each ** power, 0) / numbers.length;

describe('randomNumbers', () => {
  test('normal numbers have the moments of their distribution', () => {
    // An odd count leaves half a pair out.
    const numbers = randomNumbers(1).normal(100_001, 2);
    expect(moment(numbers, 1)).toBeCloseTo(0, 1);
    expect(moment(numbers, 2) / 4).toBeCloseTo(1, 1);
    expect(moment(numbers, 3) / 8).toBeCloseTo(0, 1);
    expect(moment(numbers, 4) / 16).toBeCloseTo(3, 0);
    expect(numbers.at(-1)).not.toBe(0);
  });

  test('uniform numbers fill their range evenly', () => {
    const numbers = randomNumbers(1).uniform(100_000, 0.5);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(0.5);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(-0.5);
    expect(moment(numbers, 1)).toBeCloseTo(0, 2);
    expect(moment(numbers, 2)).toBeCloseTo(1 / 12, 2);
  });

  test('goes on where it was', () => {
    const stream = randomNumbers(5);
    expect(stream.normal(4, 1)).not.toEqual(stream.normal(4, 1));
  });
});
