import { describe, expect, test } from '@jest/globals';
import { collate } from './batch.js';

function sample(id: string, width: number, height: number, first = 0) {
  return {
    id,
    width,
    height,
    image: Uint8Array.from({ length: width * height * 3 }, (_, index) => first + index),
    labels: Uint8Array.from({ length: width * height }, (_, index) => first + index),
  };
}

describe('collate', () => {
  test('stacks samples, channels first', () => {
    const { images, labels, ids, shape } = collate([sample('a', 2, 1, 0), sample('b', 2, 1, 100)]);
    expect(shape).toEqual([2, 3, 1, 2]);
    expect(ids).toEqual(['a', 'b']);
    expect([...labels]).toEqual([0, 1, 100, 101]);
    const [red, green, blue] = [
      (value: number) => (value / 255 - 0.485) / 0.229,
      (value: number) => (value / 255 - 0.456) / 0.224,
      (value: number) => (value / 255 - 0.406) / 0.225,
    ] as const;
    const expected = [
      [red(0), red(3), green(1), green(4), blue(2), blue(5)],
      [red(100), red(103), green(101), green(104), blue(102), blue(105)],
    ].flat();
    expect([...images]).toEqual([...Float32Array.from(expected)]);
  });

  test('keeps void labels', () => {
    const labels = Uint8Array.of(255, 3);
    expect([...collate([{ ...sample('a', 2, 1), labels }]).labels]).toEqual([255, 3]);
  });

  test('names the samples that differ in size', () => {
    expect(() => collate([sample('a', 2, 1), sample('b', 1, 2)])).toThrow(
      'samples of a batch differ in size: a is 2 × 1, b is 1 × 2',
    );
  });

  test('refuses no samples, and arrays of the wrong length', () => {
    expect(() => collate([])).toThrow(RangeError);
    expect(() => collate([{ ...sample('a', 2, 1), labels: new Uint8Array(3) }])).toThrow(
      'a has 6 image values and 3 labels; expected 6 and 2 for 2 × 1',
    );
  });
});
