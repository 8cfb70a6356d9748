import { expect, test } from '@jest/globals';
import { referenceLoss } from '../reference/reference-loss.js';

test('the mean of max(0, 1 − y·f) over valid pixels', () => {
  const { value, gradient } = referenceLoss(
    'hinge',
    { data: [2, -1, 0.5, 8], shape: [1, 2, 2] },
    { data: [1, 1, 0, 255], shape: [1, 2, 2] },
    { ignoreIndex: 255 },
  );
  expect(value).toBeCloseTo((0 + 2 + 1.5) / 3, 15);
  expect(Array.from(gradient.data)).toEqual([0, -1 / 3, 1 / 3, 0].map((x) => expect.closeTo(x, 15)));
});

test('all pixels count without ignoreIndex', () => {
  const { value } = referenceLoss('hinge', { data: [2, -1], shape: [2] }, { data: [0, 0], shape: [2] });
  expect(value).toBe(1.5);
});

test('without a valid pixel it is 0 with gradient 0', () => {
  const { value, gradient } = referenceLoss(
    'hinge',
    { data: [2], shape: [1] },
    { data: [9], shape: [1] },
    { ignoreIndex: 9 },
  );
  expect([value, ...gradient.data]).toEqual([0, 0]);
});
