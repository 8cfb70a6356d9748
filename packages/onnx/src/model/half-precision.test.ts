import { expect, test } from '@jest/globals';
import { halfOf, numberOfHalf } from './half-precision.js';

test.each(['float16', 'bfloat16'] as const)('every finite %s comes back as it was', (type) => {
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const value = numberOfHalf(type, bits);
    if (Number.isNaN(value)) expect(numberOfHalf(type, halfOf(type, value))).toBeNaN();
    else if (halfOf(type, value) !== bits)
      throw new Error(`${bits} is ${value}, written ${halfOf(type, value)}`);
  }
});

test.each([
  ['float16', 1 + 2 ** -11, 1],
  ['float16', 1 + 3 * 2 ** -11, 1 + 2 ** -9],
  ['float16', 65519, 65504],
  ['float16', -65520, -Infinity],
  ['float16', 2 ** -25, 0],
  ['float16', 2 ** -25 * 1.01, 2 ** -24],
  ['float16', 0.99999, 1],
  ['bfloat16', 1 + 2 ** -8, 1],
  ['bfloat16', 1 + 3 * 2 ** -8, 1 + 2 ** -6],
  ['bfloat16', 3.4e38, Infinity],
] as const)('%s rounds %d to the nearest, even on a tie', (type, value, rounded) => {
  expect(numberOfHalf(type, halfOf(type, value))).toBe(rounded);
});
