import { expect, test } from '@jest/globals';
import { formatPercent } from './format-percent.js';

test.each([
  [0.8144, '81.4 %'],
  [1, '100.0 %'],
  [0, '0.0 %'],
  [null, '–'],
])('formatPercent(%p)', (fraction, expected) => {
  expect(formatPercent(fraction)).toBe(expected);
});
