import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { placeCrop } from './place-crop.js';

describe('placeCrop', () => {
  test('lies inside of the image and holds the point', () => {
    const size = fastCheck.integer({ min: 1, max: 30 });
    fastCheck.assert(
      fastCheck.property(size, size, size, size, fastCheck.nat(), (width, height, w, h, seed) => {
        const point = [seed % width, (seed >> 5) % height] as const;
        const { crop } = placeCrop({ image: [width, height], crop: [w, h], point, seed });
        for (const [start, length, all, at] of [
          [crop.x, w, width, point[0]],
          [crop.y, h, height, point[1]],
        ] as const) {
          expect(start).toBeGreaterThanOrEqual(Math.min(0, all - length));
          expect(start).toBeLessThanOrEqual(Math.max(0, all - length));
          expect(at).toBeGreaterThanOrEqual(start);
          expect(at).toBeLessThan(start + length);
        }
      }),
    );
  });

  test('all places are equally likely', () => {
    const seen = new Map<number, number>();
    for (let position = 0; position < 3000; position++) {
      const { crop } = placeCrop({ image: [10, 1], crop: [3, 1], point: [4, 0], position });
      seen.set(crop.x, (seen.get(crop.x) ?? 0) + 1);
    }
    expect([...seen.keys()].toSorted()).toEqual([2, 3, 4]);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
  });

  test('tries until one is accepted, and says when none was', () => {
    const options = { image: [100, 1], crop: [1, 1] } as const;
    const found = placeCrop({ ...options, accept: ({ x }) => x % 2 === 0, tries: 50 });
    expect(found.accepted).toBe(true);
    expect(found.crop.x % 2).toBe(0);
    expect(placeCrop({ ...options, accept: () => false, tries: 4 })).toMatchObject({
      accepted: false,
      tries: 4,
    });
    expect(() => placeCrop({ ...options, point: [100, 0] })).toThrow(
      'point is 100, 0; expected inside of 100 × 1',
    );
  });
});
