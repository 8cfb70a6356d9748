import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jaccardWeights } from './jaccard-weights.js';

/** The Jaccard loss 1 − I/U of Eq. (6) once the pixels of a set are predicted wrongly. */
function jaccardLoss(foreground: readonly number[], isWrong: (pixel: number) => boolean): number {
  let intersection = 0;
  let union = 0;
  foreground.forEach((label, pixel) => {
    if (label === 1 && !isWrong(pixel)) intersection += 1;
    if (label === 1 || isWrong(pixel)) union += 1;
  });
  return union === 0 ? 0 : 1 - intersection / union;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
}

/** Errors that are multiples of 1/8, so that ties occur, and labels. */
const pixels = (maxLength = 40) =>
  fc
    .array(fc.record({ error: fc.integer({ min: 0, max: 8 }), label: fc.constantFrom(0, 1) }), {
      minLength: 1,
      maxLength,
    })
    .map((list) => ({
      errors: list.map(({ error }) => error / 8),
      foreground: list.map(({ label }) => label),
    }));

describe('known weights', () => {
  test.each([
    ['foreground, background, foreground', [0.9, 0.6, 0.1], [1, 0, 1], [1 / 2, 1 / 6, 1 / 3]],
    ['the order of the input is kept', [0.1, 0.9, 0.6], [1, 1, 0], [1 / 3, 1 / 2, 1 / 6]],
    ['all foreground', [0.1, 0.2, 0.3, 0.4], [1, 1, 1, 1], [1 / 4, 1 / 4, 1 / 4, 1 / 4]],
    ['no foreground', [0.1, 0.7, 0.3], [0, 0, 0], [0, 1, 0]],
    ['background below all foreground', [0.9, 0.1, 0.2], [1, 0, 0], [1, 0, 0]],
    ['one pixel of foreground', [0.3], [1], [1]],
    ['one pixel of background', [0.3], [0], [1]],
    ['ties count in their order', [0.5, 0.5], [0, 1], [1 / 2, 1 / 2]],
    ['ties count in their order, the other way round', [0.5, 0.5], [1, 0], [1, 0]],
    ['infinite errors', [Infinity, 0, Infinity], [0, 1, 0], [1 / 2, 1 / 3, 1 / 6]],
  ])('%s', (_, errors, foreground, expected) => {
    expect(Array.from(jaccardWeights(errors, foreground))).toEqual(
      expected.map((weight) => expect.closeTo(weight, 15)),
    );
  });

  test('no pixel has no weight', () => {
    expect(jaccardWeights([], [])).toEqual(new Float64Array(0));
  });

  test('are exact where foreground is rare among a million pixels', () => {
    const count = 1_000_000;
    const errors = Float64Array.from({ length: count }, (_, i) => (count - i) / count);
    const foreground = new Uint8Array(count);
    foreground[count - 1] = 1;
    const weights = jaccardWeights(errors, foreground);
    // G = 1 and the foreground comes last: the k-th background pixel has U = 1 + k and I = 1.
    for (const k of [1, 1000, count - 1]) expect(weights[k - 1]! * k * (k + 1)).toBeCloseTo(1, 14);
    expect(weights[count - 1]).toBe(1 / count);
  });
});

describe('laws', () => {
  test('weights are ≥ 0 and sum to 1', () => {
    fc.assert(
      fc.property(pixels(), ({ errors, foreground }) => {
        const weights = Array.from(jaccardWeights(errors, foreground));
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 13);
      }),
    );
  });

  test('the extension is the integral of the Jaccard loss over thresholds', () => {
    fc.assert(
      fc.property(pixels(), ({ errors, foreground }) => {
        let integral = 0;
        for (let step = 1; step <= 8; step++) {
          integral += jaccardLoss(foreground, (pixel) => errors[pixel]! >= step / 8) / 8;
        }
        expect(dot(errors, jaccardWeights(errors, foreground))).toBeCloseTo(integral, 13);
      }),
    );
  });

  test('on the vertices of the hypercube the extension is the Jaccard loss', () => {
    for (let count = 1; count <= 6; count++) {
      for (let labels = 0; labels < 1 << count; labels++) {
        const foreground = Array.from({ length: count }, (_, i) => (labels >> i) & 1);
        for (let wrong = 0; wrong < 1 << count; wrong++) {
          const errors = Array.from({ length: count }, (_, i) => (wrong >> i) & 1);
          const value = dot(errors, jaccardWeights(errors, foreground));
          expect(Math.abs(value - jaccardLoss(foreground, (i) => errors[i] === 1))).toBeLessThan(1e-14);
        }
      }
    }
  });

  test('the extension is convex along segments', () => {
    fc.assert(
      fc.property(pixels(), fc.infiniteStream(fc.integer({ min: 0, max: 8 })), (from, ends) => {
        const { errors: start, foreground } = from;
        const end = start.map(() => ends.next().value! / 8);
        const middle = start.map((error, i) => (error + end[i]!) / 2);
        const extension = (errors: number[]) => dot(errors, jaccardWeights(errors, foreground));
        expect(extension(middle)).toBeLessThanOrEqual((extension(start) + extension(end)) / 2 + 1e-14);
      }),
    );
  });

  test('ignored pixels are as good as absent, whatever they hold', () => {
    fc.assert(
      fc.property(pixels(), fc.infiniteStream(fc.boolean()), ({ errors, foreground }, choices) => {
        const valid = errors.map(() => (choices.next().value! ? 1 : 0));
        const keep = (values: readonly number[]) => values.filter((_, i) => valid[i] === 1);
        const garbled = errors.map((error, i) => (valid[i] === 1 ? error : NaN));
        const weights = Array.from(jaccardWeights(garbled, foreground, valid));
        expect(keep(weights)).toEqual(Array.from(jaccardWeights(keep(errors), keep(foreground))));
        expect(weights.every((weight, i) => valid[i] === 1 || weight === 0)).toBe(true);
      }),
    );
  });
});

describe('bad input', () => {
  test('lengths that differ are named', () => {
    expect(() => jaccardWeights([1, 2], [1])).toThrow(
      new RangeError('foreground has 1 pixels, errors 2; expected the same number'),
    );
    expect(() => jaccardWeights([1, 2], [1, 0], [1])).toThrow(/^valid has 1 pixels/);
  });

  test('NaN is refused with its place', () => {
    expect(() => jaccardWeights([1, NaN], [1, 0])).toThrow(new RangeError('errors hold NaN at pixel 1'));
  });
});
