import { expect, test } from '@jest/globals';
import { hatch } from './hatch.js';
import { labelPicture } from './label-picture.js';

test('labelPicture paints classes in row order and hatches ignored pixels', () => {
  const picture = labelPicture(
    Uint8Array.of(1, 0, 255, 1),
    2,
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    255,
  );
  expect([...picture]).toEqual([4, 5, 6, 1, 2, 3, ...hatch(2, 2), 4, 5, 6]);
});
