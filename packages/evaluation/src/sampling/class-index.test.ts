import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { ClassIndex, indexImage } from './class-index.js';
import { contentHash } from './content-hash.js';
import { permuted, randomBelow } from './random.js';

const options = { id: 'a', width: 20, height: 10, numClasses: 3, ignoreIndex: [255, -1] };
const labels = fastCheck.array(fastCheck.constantFrom(0, 1, 2, 255, -1), { minLength: 200, maxLength: 200 });

describe('indexImage', () => {
  test('counts every class and keeps different pixels of it', () => {
    fastCheck.assert(
      fastCheck.property(labels, fastCheck.integer({ min: 0, max: 5 }), (pixels, pointsPerClass) => {
        const { counts, points } = indexImage(pixels, { ...options, pointsPerClass });
        for (let id = 0; id < 3; id++) {
          expect(counts[id]).toBe(pixels.filter((label) => label === id).length);
          const places = Array.from({ length: points[id]!.length / 2 }, (_, at) => {
            const [x, y] = points[id]!.slice(2 * at, 2 * at + 2) as [number, number];
            return y * 20 + x;
          });
          expect(places).toHaveLength(Math.min(counts[id]!, pointsPerClass));
          expect(new Set(places).size).toBe(places.length);
          for (const place of places) expect(pixels[place]).toBe(id);
        }
      }),
    );
  });

  test('draws every pixel of a class equally often', () => {
    const seen = new Array<number>(200).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      const [, [x, y]] = indexImage(new Uint8Array(200).fill(1), { ...options, pointsPerClass: 1, seed }).points as [number[], [number, number]]; // prettier-ignore
      seen[y * 20 + x]!++;
    }
    // Ten each in the mean.
    expect(Math.max(...seen)).toBeLessThan(30);
    expect(seen.filter((count) => count === 0).length).toBeLessThan(5);
  });

  test('refuses unknown labels and other sizes', () => {
    expect(() => indexImage(new Uint8Array(200).fill(7), options)).toThrow('labels: value 7 at pixel 0');
    expect(() => indexImage([0], options)).toThrow('width × height = 20 × 10');
  });
});

describe('ClassIndex', () => {
  const image = (id: string, pixels: number[]) =>
    indexImage(pixels, { id, width: 2, height: 1, numClasses: 2, ignoreIndex: 255 });
  const index = new ClassIndex({
    numClasses: 2,
    ignoreIndex: 255,
    images: [image('a', [0, 1]), image('b', [0, 0])],
  });

  test('knows images and pixels of a class, and survives JSON text', () => {
    expect(index.imagesOf(0)).toEqual([0, 1]);
    expect(index.imagesOf(0, 2)).toEqual([1]);
    expect(index.pixels).toEqual([3, 1]);
    const back = ClassIndex.fromJSON(JSON.parse(JSON.stringify(index)));
    expect(back.toJSON()).toEqual(index.toJSON());
    expect(back.fingerprint).toBe(index.fingerprint);
  });

  test('refuses an image twice, other classes, none, and another version', () => {
    const images = [image('a', [0, 1])];
    expect(() => new ClassIndex({ numClasses: 2, images: [...images, ...images] })).toThrow(
      'image "a" is in the index twice',
    );
    expect(() => new ClassIndex({ numClasses: 3, images })).toThrow('counts of 2 classes; expected 3');
    expect(() => new ClassIndex({ numClasses: 2, images: [] })).toThrow('images is empty');
    expect(() => ClassIndex.fromJSON({ ...index.toJSON(), version: 2 as 1 })).toThrow(
      'version is 2; expected 1',
    );
  });
});

describe('contentHash', () => {
  test('is of the values, not of the array, and sees order and length', () => {
    expect(contentHash([0, 1, 255])).toBe(contentHash(Uint8Array.of(0, 1, 255)));
    expect(contentHash(BigInt64Array.of(0n, 1n, 255n))).toBe(contentHash([0, 1, 255]));
    const different = [[0, 1], [1, 0], [0, 1, 0], [0], [], [0, 2]].map(contentHash); // prettier-ignore
    expect(new Set(different).size).toBe(different.length);
    expect(different.every((hash) => /^[0-9a-f]{16}$/.test(hash))).toBe(true);
  });
});

describe('random', () => {
  test('permuted is a permutation', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.integer({ min: 1, max: 300 }), fastCheck.nat(), (size, seed) => {
        const places = Array.from({ length: size }, (_, place) => permuted(place, size, seed, 1));
        expect(places.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, place) => place));
      }),
    );
  });

  test('every place is equally likely', () => {
    const seen = new Array<number>(5).fill(0);
    for (let seed = 0; seed < 5000; seed++) seen[permuted(0, 5, seed)]!++;
    for (const count of seen) expect(Math.abs(count - 1000)).toBeLessThan(150);
    const below = new Array<number>(5).fill(0);
    for (let key = 0; key < 5000; key++) below[randomBelow(5, 1, key)]!++;
    for (const count of below) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
