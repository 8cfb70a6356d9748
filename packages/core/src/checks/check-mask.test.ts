import { expect, test } from '@jest/globals';
import { checkMask } from './check-mask.js';

test('0 and 1 are accepted', () => {
  expect(() => checkMask(Uint8Array.of(0, 1, 1))).not.toThrow();
});

test.each([2, -1, 0.5, NaN])('%p is named with its index', (value) => {
  expect(() => checkMask([1, value, 0, value])).toThrow(
    new RangeError(`mask holds ${value} at index 1 (wrong values: 2); expected 0 or 1`),
  );
});
