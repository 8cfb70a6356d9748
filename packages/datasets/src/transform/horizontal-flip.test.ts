import { describe, expect, test } from '@jest/globals';
import { randomFor } from '../random.js';
import { horizontalFlip, randomHorizontalFlip } from './horizontal-flip.js';

const sample = {
  id: 'a',
  width: 3,
  height: 2,
  image: Uint8Array.from({ length: 18 }, (_, index) => index),
  labels: Uint8Array.of(0, 1, 2, 3, 4, 5),
};

describe('horizontalFlip', () => {
  test('mirrors columns, and neither rows nor channels', () => {
    const flipped = horizontalFlip(sample);
    expect([...flipped.labels]).toEqual([2, 1, 0, 5, 4, 3]);
    expect([...flipped.image]).toEqual([6, 7, 8, 3, 4, 5, 0, 1, 2, 15, 16, 17, 12, 13, 14, 9, 10, 11]);
    expect(flipped).toMatchObject({ id: 'a', width: 3, height: 2 });
  });

  test('twice gives the sample back, which itself is left alone', () => {
    expect(horizontalFlip(horizontalFlip(sample))).toEqual(sample);
    expect([...sample.labels]).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

test('randomHorizontalFlip mirrors about half of the time', () => {
  const random = randomFor(5);
  const flips = Array.from({ length: 400 }, () => randomHorizontalFlip(sample, random)).filter(
    ({ labels }) => labels[0] === 2,
  );
  expect(Math.abs(flips.length - 200)).toBeLessThan(40);
});
