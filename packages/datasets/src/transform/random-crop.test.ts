import { describe, expect, test } from '@jest/globals';
import { randomFor } from '../random.js';
import { randomCrop } from './random-crop.js';

/** Each pixel's label and red value is its index. */
const sample = {
  id: 'a',
  width: 5,
  height: 4,
  image: Uint8Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? index / 3 : 200)),
  labels: Uint8Array.from({ length: 20 }, (_, index) => index),
};

describe('randomCrop', () => {
  test('is a window of image and labels alike', () => {
    const crop = randomCrop(sample, { width: 3, height: 2, ignoreIndex: 255 }, randomFor(1));
    const first = crop.labels[0]!;
    expect([...crop.labels]).toEqual([0, 1, 2, 5, 6, 7].map((step) => first + step));
    expect([...crop.image]).toEqual([...crop.labels].flatMap((label) => [label, 200, 200]));
    expect(crop).toMatchObject({ id: 'a', width: 3, height: 2 });
  });

  test('reaches every position', () => {
    const random = randomFor(2);
    const corners = Array.from(
      { length: 200 },
      () => randomCrop(sample, { width: 3, height: 2, ignoreIndex: 255 }, random).labels[0]!,
    );
    expect([...new Set(corners)].sort((a, b) => a - b)).toEqual([0, 1, 2, 5, 6, 7, 10, 11, 12]);
  });

  test('pads what is smaller with void and the mean colour, the sample anywhere inside', () => {
    const random = randomFor(3);
    const places = new Set<number>();
    for (let draw = 0; draw < 200; draw++) {
      const crop = randomCrop(sample, { width: 7, height: 3, ignoreIndex: 99 }, random);
      const inside = [...crop.labels].filter((label) => label !== 99);
      const first = inside[0]!;
      expect([0, 5]).toContain(first);
      expect(inside).toEqual(Array.from({ length: 15 }, (_, index) => first + index));
      for (const [pixel, label] of crop.labels.entries()) {
        const expected = label === 99 ? [124, 116, 104] : [label, 200, 200];
        expect([...crop.image.subarray(3 * pixel, 3 * pixel + 3)]).toEqual(expected);
      }
      places.add(crop.labels.indexOf(first));
    }
    expect([...places].sort()).toEqual([0, 1, 2]);
  });

  test('the whole of a sample is the sample', () => {
    expect(randomCrop(sample, { width: 5, height: 4, ignoreIndex: 255 }, randomFor(4))).toEqual(sample);
  });

  test('refuses sizes and void labels out of range', () => {
    const random = randomFor(5);
    expect(() => randomCrop(sample, { width: 0, height: 2, ignoreIndex: 255 }, random)).toThrow('width is 0');
    expect(() => randomCrop(sample, { width: 2, height: 1.5, ignoreIndex: 255 }, random)).toThrow(
      'height is 1.5',
    );
    expect(() => randomCrop(sample, { width: 2, height: 2, ignoreIndex: -1 }, random)).toThrow(
      'ignoreIndex is -1; expected an integer from 0 to 255',
    );
  });
});
