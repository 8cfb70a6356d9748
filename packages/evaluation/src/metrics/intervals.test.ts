import { describe, expect, test } from '@jest/globals';
import { ConfusionMatrix } from '../counting/confusion-matrix.js';
import { ImageCounts } from '../counting/image-counts.js';
import { pixelAccuracy } from './agreement.js';
import { compare, interval, resampled } from './intervals.js';
import { meanIou } from './means.js';
import { imageMiou } from './over-images.js';

/** A hundred images of ten pixels, of which `wrong(image)` are wrong. */
function images(wrong: (image: number) => number): ImageCounts {
  const counts = new ImageCounts({ numClasses: 2 });
  for (let id = 0; id < 100; id++) {
    const labels = Array.from({ length: 10 }, (_, pixel) => pixel % 2);
    counts.add(id, labels, labels.map((label, pixel) => (pixel < wrong(id) ? 1 - label : label))); // prettier-ignore
  }
  return counts;
}

describe('interval', () => {
  test('holds the value, and is that of the normal approximation for a mean', () => {
    const counts = images((id) => id % 4);
    const { value, low, high, undefinedResamples } = interval(pixelAccuracy, counts, { seed: 3 });
    expect(value).toBe(0.85);
    // Standard error of the mean of 0.7 to 1.0 over 100 images: sqrt(0.0125 / 100).
    expect(high - low).toBeCloseTo(2 * 1.96 * Math.sqrt(0.0125 / 100), 2);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(undefinedResamples).toBe(0);
  });

  test('depends on the seed alone', () => {
    const counts = images((id) => id % 3);
    const options = { resamples: 50, seed: 5 };
    expect(interval(imageMiou, counts, options)).toEqual(interval(imageMiou, counts, options));
    expect(interval(imageMiou, counts, options)).not.toEqual(
      interval(imageMiou, counts, { ...options, seed: 6 }),
    );
  });

  test('is the same from confusion matrices of each image', () => {
    const counts = images((id) => id % 3);
    const matrices = counts.images.map((_, id) => {
      const labels = Array.from({ length: 10 }, (_, pixel) => pixel % 2);
      return new ConfusionMatrix({ numClasses: 2 }).add(labels, labels.map((l, p) => (p < id % 3 ? 1 - l : l))); // prettier-ignore
    });
    const options = { resamples: 40, seed: 1 };
    expect(interval(meanIou, resampled(matrices), options)).toEqual(interval(meanIou, counts, options));
  });

  test('refuses nothing to draw from, and options out of range', () => {
    expect(() => interval(meanIou, new ImageCounts({ numClasses: 2 }))).toThrow('there is no image');
    expect(() =>
      interval(
        meanIou,
        images(() => 0),
        { confidence: 1 },
      ),
    ).toThrow('confidence is 1');
  });
});

describe('compare', () => {
  const better = images((id) => id % 4);
  const worse = images((id) => (id % 4) + (id % 10 === 0 ? 1 : 0));

  test('a small difference on hard images is seen when images are paired', () => {
    const { value, low, high, pValue } = compare(pixelAccuracy, better, worse);
    expect(value).toBeCloseTo(0.01, 12);
    expect(low).toBeGreaterThan(0);
    expect(high).toBeLessThan(0.025);
    expect(pValue).toBeLessThan(0.05);
  });

  test('a model does not differ from itself', () => {
    expect(compare(pixelAccuracy, better, better)).toMatchObject({ value: 0, low: 0, high: 0, pValue: 1 });
  });

  test('refuses other images', () => {
    expect(() => compare(pixelAccuracy, better, new ImageCounts({ numClasses: 2 }))).toThrow(
      'image 0 of the first is paired with undefined of the second',
    );
    expect(() => compare(pixelAccuracy, better.pick([0]), better)).toThrow(
      'the first has 1 images and the second 100',
    );
  });
});
