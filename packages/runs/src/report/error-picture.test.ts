import { expect, test } from '@jest/globals';
import { errorColor, errorPicture } from './error-picture.js';
import { hatch } from './hatch.js';

test('errorPicture marks wrong pixels, hatches ignored ones, pales the rest, and counts', () => {
  const image = Uint8Array.of(255, 255, 255, 9, 9, 9, 9, 9, 9, 0, 0, 0);
  const { picture, wrong, judged } = errorPicture(
    image,
    Uint8Array.of(0, 1, 255, 2),
    Uint8Array.of(0, 0, 0, 2),
    2,
    255,
  );
  expect([...picture]).toEqual([255, 255, 255, ...errorColor, ...hatch(2, 2), 128, 128, 128]);
  expect({ wrong, judged }).toEqual({ wrong: 1, judged: 3 });
});
