import { describe, expect, test } from '@jest/globals';
import { smooth } from './smooth.js';

describe('smooth', () => {
  test('averages over both sides, over what there is at the ends', () => {
    expect(smooth([0, 3, 6, 0, 0], 1)).toEqual([1.5, 3, 3, 2, 0]);
  });

  test('follows a straight line without lag', () => {
    const line = Array.from({ length: 21 }, (_, index) => index);
    expect(smooth(line, 4).slice(4, -4)).toEqual(line.slice(4, -4));
  });

  test('reach 0 changes nothing, and nothing stays nothing', () => {
    expect(smooth([4, 8, 2], 0)).toEqual([4, 8, 2]);
    expect(smooth([], 3)).toEqual([]);
  });
});
