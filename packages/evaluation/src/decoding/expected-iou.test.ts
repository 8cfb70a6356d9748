import { describe, expect, test } from '@jest/globals';
import * as fastCheck from 'fast-check';
import { argmax } from './argmax.js';
import { decideLabels, decideLabelsByRule, decideMask } from './expected-iou.js';
import { ProbabilityHistogram } from './probability-histogram.js';
import { threshold } from './threshold.js';

const probability = fastCheck.double({ min: 0, max: 1, noNaN: true });

/** E[I] / E[U] by its definition. */
function expectedIou(probabilities: readonly number[], isForeground: (pixel: number) => boolean): number {
  let [intersection, union] = [0, 0];
  for (const [pixel, p] of probabilities.entries()) {
    if (isForeground(pixel)) intersection += p;
    union += isForeground(pixel) ? 1 : p;
  }
  return union === 0 ? 1 : intersection / union;
}

describe('decideMask', () => {
  test('is the best of all masks', () => {
    fastCheck.assert(
      fastCheck.property(fastCheck.array(probability, { minLength: 1, maxLength: 9 }), (probabilities) => {
        const { mask, iou } = decideMask(probabilities);
        let best = 0;
        for (let bits = 0; bits < 2 ** probabilities.length; bits++) {
          best = Math.max(
            best,
            expectedIou(probabilities, (pixel) => ((bits >> pixel) & 1) === 1),
          );
        }
        expect(expectedIou(probabilities, (pixel) => mask[pixel] === 1)).toBeCloseTo(best, 12);
        expect(iou).toBeCloseTo(best, 12);
      }),
      { numRuns: 300 },
    );
  });

  test('the threshold is J / (1 + J), at most one half', () => {
    const { iou, threshold: limit, mask } = decideMask([0.9, 0.4, 0.1]);
    expect(iou).toBeCloseTo(1.3 / 2.1, 12);
    expect(limit).toBeCloseTo(iou / (1 + iou), 12);
    expect(Array.from(mask)).toEqual([1, 1, 0]);
    expect(decideMask([1, 1, 0]).threshold).toBe(0.5);
  });

  test('where nothing is expected, nothing is found and the IoU is 1', () => {
    expect(decideMask([0, 0])).toMatchObject({ iou: 1, mask: Uint8Array.of(0, 0) });
    expect(() => decideMask([0.5, 1.01])).toThrow('probabilities hold 1.01 at pixel 1; expected 0 to 1');
    expect(() => decideMask([NaN])).toThrow('probabilities hold NaN');
  });
});

describe('ProbabilityHistogram', () => {
  test('gives the decision over all images together, and merges in any order', () => {
    fastCheck.assert(
      fastCheck.property(
        fastCheck.array(probability, { minLength: 1, maxLength: 30 }),
        fastCheck.array(probability, { minLength: 1, maxLength: 30 }),
        (first, second) => {
          const [a, b] = [new ProbabilityHistogram().add(first), new ProbabilityHistogram().add(second)];
          const together = a.merge(b).best();
          expect(b.merge(a).best()).toEqual(together);
          expect(new ProbabilityHistogram().add([...first, ...second]).best()).toEqual(together);
          // Bins round probabilities to 2⁻¹⁷.
          const exact = decideMask([...first, ...second]);
          const sum = [...first, ...second].reduce((all, each) => all + each, 0);
          if (sum > 0.1) expect(together.iou).toBeCloseTo(exact.iou, 2);
          expect(threshold(first, together.threshold)).toHaveLength(first.length);
        },
      ),
    );
  });

  test('counts nothing of an image with a value that is no probability', () => {
    const histogram = new ProbabilityHistogram().add([0.5]);
    const before = histogram.best();
    expect(() => histogram.add([0.9, -0.1])).toThrow('probabilities hold -0.1 at pixel 1');
    expect(histogram.best()).toEqual(before);
  });
});

/** Pixels × classes of probabilities that sum to 1. */
const image = fastCheck
  .tuple(fastCheck.integer({ min: 2, max: 3 }), fastCheck.integer({ min: 1, max: 5 }))
  .chain(([classes, pixels]) =>
    fastCheck
      .array(
        fastCheck.array(fastCheck.integer({ min: 1, max: 100 }), { minLength: classes, maxLength: classes }),
        {
          minLength: pixels,
          maxLength: pixels,
        },
      )
      .map((rows) => rows.map((row) => row.map((each) => each / row.reduce((a, b) => a + b)))),
  );

function meanExpectedIou(rows: readonly (readonly number[])[], labels: ArrayLike<number>): number {
  const classes = rows[0]!.length;
  const each = Array.from({ length: classes }, (_, id) =>
    expectedIou(
      rows.map((row) => row[id]!),
      (pixel) => labels[pixel] === id,
    ),
  );
  return each.reduce((sum, value) => sum + value, 0) / classes;
}

describe('decideLabels', () => {
  test('is not below argmax, not above the best of all labels, and mostly close to it', () => {
    const shares: number[] = [];
    fastCheck.assert(
      fastCheck.property(image, (rows) => {
        const classes = rows[0]!.length;
        const flat = rows.flat();
        const { labels, meanIou } = decideLabels(flat, classes, { layout: 'interleaved', rounds: 4 });
        expect(meanExpectedIou(rows, labels)).toBeCloseTo(meanIou, 12);
        expect(meanIou).toBeGreaterThanOrEqual(
          meanExpectedIou(rows, argmax(flat, classes, 'interleaved')) - 1e-12,
        );
        let best = 0;
        for (let code = 0; code < classes ** rows.length; code++) {
          const digits = rows.map((_, pixel) => Math.floor(code / classes ** pixel) % classes);
          best = Math.max(best, meanExpectedIou(rows, digits));
        }
        expect(meanIou).toBeLessThanOrEqual(best + 1e-12);
        shares.push(meanIou / best);
      }),
      { numRuns: 200 },
    );
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThan(0.97);
  });

  test('both layouts and both kinds of array give the same', () => {
    const planar = [0.6, 0.9, 0.3, 0.4, 0.1, 0.7];
    const interleaved = [0.6, 0.4, 0.9, 0.1, 0.3, 0.7];
    const expected = decideLabels(planar, 2);
    expect(decideLabels(interleaved, 2, { layout: 'interleaved' })).toEqual(expected);
    expect(decideLabels(Float64Array.from(planar), 2)).toEqual(expected);
  });

  test('a rare class gets the pixel in doubt', () => {
    expect(Array.from(decideLabels([0.6, 0.9, 0.4, 0.1], 2).labels)).toEqual([1, 0]);
    expect(Array.from(argmax([0.6, 0.9, 0.4, 0.1], 2))).toEqual([0, 0]);
  });

  test('a class of which nothing is expected gets no pixel', () => {
    const { labels, iou } = decideLabels([0.6, 0.9, 0.4, 0.1, 0, 0], 3);
    expect(Array.from(labels)).not.toContain(2);
    expect(iou[2]).toBe(1);
  });

  test('a rule of a data set gives a rare class its likeliest pixels, in whichever image', () => {
    const images = [[0.6, 0.9, 0.4, 0.1], [0.8, 0.55, 0.2, 0.45]]; // prettier-ignore
    const rule = [0, 1].map((id) => {
      const histogram = new ProbabilityHistogram();
      for (const each of images) histogram.add(each.slice(2 * id, 2 * id + 2));
      return histogram.best();
    });
    expect(images.map((each) => Array.from(decideLabelsByRule(each, rule)))).toEqual([[0, 0], [0, 1]]); // prettier-ignore
  });
});
