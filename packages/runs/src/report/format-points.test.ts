import { expect, test } from '@jest/globals';
import { formatPoints } from './format-points.js';

test.each([
  [0.019, '+1.9 points'],
  [-0.019, '−1.9 points'],
  [0.0004, '±0.0 points'],
  [-0.0004, '±0.0 points'],
])('formatPoints(%d)', (difference, expected) => {
  expect(formatPoints(difference)).toBe(expected);
});
