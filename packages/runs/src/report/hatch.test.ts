import { expect, test } from '@jest/globals';
import { hatch } from './hatch.js';

test('stripes run along diagonals, three pixels wide', () => {
  const width = 10;
  const at = (x: number, y: number) => hatch(y * width + x, width);
  expect(at(4, 1)).toEqual(at(1, 4));
  expect(at(0, 0)).toEqual(at(2, 0));
  expect(at(0, 0)).not.toEqual(at(3, 0));
  expect(at(0, 0)).toEqual(at(3, 3));
});
