import { expect, test } from '@jest/globals';
import { exponentialOfNonPositive } from './exponential.js';

test('agrees with Math.exp wherever that is a normal number', () => {
  let largest = 0;
  for (let x = 0; x > -708; x -= 0.00917) {
    largest = Math.max(largest, Math.abs(exponentialOfNonPositive(x) / Math.exp(x) - 1));
  }
  expect(largest).toBeLessThan(1e-11);
});

test('is 1 at 0 and vanishes far below', () => {
  expect(exponentialOfNonPositive(0)).toBe(1);
  expect(exponentialOfNonPositive(-0)).toBe(1);
  expect(exponentialOfNonPositive(-1e300)).toBeLessThan(1e-320);
});
