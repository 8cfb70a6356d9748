import { expect, test } from '@jest/globals';
import { formatCount, formatQuantity } from './format-quantity.js';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [132_106_501, '132.1 MB'],
  [5e15, '5000.0 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatQuantity(bytes, 'B')).toBe(text);
});

test('thousands stand apart', () => {
  expect([7, 1234, 32957013].map(formatCount)).toEqual(['7', '1,234', '32,957,013']);
});
