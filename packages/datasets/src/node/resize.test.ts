import { describe, expect, test } from '@jest/globals';
import { resize } from './resize.js';

/** Left half black with label 0, right half with the given grey and label. */
function halves(width: number, height: number, grey = 200, label = 7) {
  const labels = Uint8Array.from({ length: width * height }, (_, index) =>
    index % width < width / 2 ? 0 : label,
  );
  const image = Uint8Array.from({ length: width * height * 3 }, (_, index) =>
    labels[Math.floor(index / 3)] === 0 ? 0 : grey,
  );
  return { id: 'a', width, height, image, labels };
}

describe('resize', () => {
  test('labels take the nearest pixel and never a value in between', async () => {
    const sample = { ...halves(4, 2), labels: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7) };
    expect([...(await resize(sample, { width: 2, height: 1 })).labels]).toEqual([5, 7]);
    expect([...(await resize(sample, { width: 8, height: 2 })).labels]).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7,
    ]);
  });

  test('the image is interpolated and stays aligned with its labels', async () => {
    for (const [width, height] of [
      [60, 40],
      [20, 12],
      [34, 9],
    ] as const) {
      const { image, labels } = await resize(halves(40, 24), { width, height });
      expect(labels).toHaveLength(width * height);
      expect(image).toHaveLength(width * height * 3);
      const center = Math.floor(height / 2) * width;
      for (let x = 0; x < width; x++) {
        // Only the two columns at the edge may be between black and grey.
        if (Math.abs(x + 0.5 - width / 2) < 2) continue;
        expect(labels[center + x]).toBe(x < width / 2 ? 0 : 7);
        expect(image[3 * (center + x) + 1]).toBe(x < width / 2 ? 0 : 200);
      }
    }
  });

  test('shrinking averages', async () => {
    const image = Uint8Array.from({ length: 32 * 32 * 3 }, (_, index) =>
      Math.floor(index / 3) % 2 === 0 ? 0 : 200,
    );
    const small = await resize({ ...halves(32, 32), image }, { width: 8, height: 8 });
    for (const value of small.image) expect(Math.abs(value - 100)).toBeLessThan(20);
  });

  test('at its own size a sample is the same', async () => {
    const sample = halves(4, 2);
    expect(await resize(sample, { width: 4, height: 2 })).toBe(sample);
  });

  test('refuses a size that is no positive integer', async () => {
    await expect(resize(halves(4, 2), { width: 0, height: 2 })).rejects.toThrow('width is 0');
    await expect(resize(halves(4, 2), { width: 2, height: NaN })).rejects.toThrow(RangeError);
  });
});
