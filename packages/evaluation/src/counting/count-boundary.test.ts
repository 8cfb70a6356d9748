import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { classIou } from '../metrics/class-metrics.js';
import { boundaryOf, boundaryWidth, countBoundary } from './count-boundary.js';

/** By the definition: on the boundary unless the whole window is inside of the image and of one value. */
function boundaryByWindows(
  pixels: readonly number[],
  height: number,
  width: number,
  distance: number,
): number[] {
  return pixels.map((value, pixel) => {
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    for (let dy = -distance; dy <= distance; dy++) {
      for (let dx = -distance; dx <= distance; dx++) {
        const inside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
        if (!inside || pixels[pixel + dy * width + dx] !== value) return 1;
      }
    }
    return 0;
  });
}

describe('boundaryOf', () => {
  test('is the mask minus its erosion, for every class at once', () => {
    const image = fastCheck
      .record({ height: fastCheck.integer({ min: 1, max: 9 }), width: fastCheck.integer({ min: 1, max: 9 }) })
      .chain((size) =>
        fastCheck.record({
          size: fastCheck.constant(size),
          // Mostly one class, so that there is something inside.
          pixels: fastCheck.array(fastCheck.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 2), {
            minLength: size.height * size.width,
            maxLength: size.height * size.width,
          }),
        }),
      );
    fastCheck.assert(
      fastCheck.property(image, fastCheck.integer({ min: 1, max: 3 }), ({ size, pixels }, distance) => {
        const { height, width } = size;
        expect(Array.from(boundaryOf(pixels, height, width, distance))).toEqual(
          boundaryByWindows(pixels, height, width, distance),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('boundaryWidth', () => {
  test('rounds halves to the even number and is at least 1', () => {
    expect(boundaryWidth(75, 100)).toBe(2);
    expect(boundaryWidth(105, 140)).toBe(4);
    expect(boundaryWidth(3, 4)).toBe(1);
    expect(() => boundaryWidth(3, 4, 0)).toThrow('dilationRatio is 0');
  });
});

describe('countBoundary', () => {
  test('void bounds a class and is not counted', () => {
    // One row: label 0 0 0 255, prediction 0 everywhere. With one row every pixel is on the boundary.
    const counts = countBoundary([0, 0, 0, 255], [0, 0, 0, 0], {
      numClasses: 2,
      ignoreIndex: 255,
      height: 1,
      width: 4,
    });
    expect(counts.classCounts[0]).toEqual({ truePositives: 3, falsePositives: 0, falseNegatives: 0 });
    expect(counts.odd.ignored).toBe(1);
  });

  test('a shifted edge costs more than in IoU', () => {
    const size = { height: 20, width: 20 };
    const half = (edge: number) => Array.from({ length: 400 }, (_, pixel) => Number(pixel % 20 < edge));
    const boundary = classIou.of(countBoundary(half(10), half(11), { numClasses: 2, ...size }))[1]!;
    expect(boundary).toBeLessThan(10 / 11);
    expect(boundary).toBeGreaterThan(0);
  });

  test('refuses another number of pixels', () => {
    expect(() => countBoundary([0, 0], [0, 0], { numClasses: 1, height: 1, width: 3 })).toThrow('1 × 3');
  });
});
