import { expect, test } from '@jest/globals';
import { alignSeries } from './align-series.js';

test('alignSeries sorts by number, fills gaps with null and lets the later of two points count', () => {
  expect(
    alignSeries([
      { x: [1, 10, 10], y: [0.1, 0.2, 0.3] },
      { x: [2, 10], y: [0.5, null] },
    ]),
  ).toEqual({
    x: [1, 2, 10],
    y: [
      [0.1, null, 0.3],
      [null, 0.5, null],
    ],
  });
});
