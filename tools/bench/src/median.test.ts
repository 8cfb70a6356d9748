import { describe, expect, test } from '@jest/globals';
import { median } from './median.js';

describe('median', () => {
  test.each([
    [[3], 3],
    [[10, 9, 100], 10],
    [[4, 1, 3, 100], 3.5],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  test('leaves the values in their order', () => {
    const values = [2, 1];
    median(values);
    expect(values).toEqual([2, 1]);
  });

  test('of nothing is refused', () => {
    expect(() => median([])).toThrow(new RangeError('values is empty, expected at least one'));
  });
});
