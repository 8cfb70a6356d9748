import { describe, expect, test } from '@jest/globals';
import { ImageCounts } from '../counting/image-counts.js';
import { classIou } from './class-metrics.js';
import { mean, meanIou } from './means.js';
import {
  batchMean,
  batchScores,
  imageMean,
  imageMeanOfClasses,
  imageMiou,
  imageScores,
  pairMean,
} from './over-images.js';
import { meanOfWorst, worstImages, worstOfClasses } from './worst.js';

// Class 2 is predicted but never a label, and once on an ignored pixel; class 3 occurs nowhere; the last image is void.
const counts = new ImageCounts({ numClasses: 4, ignoreIndex: 255 })
  .add(0, [0, 0, 1, 255], [0, 1, 1, 2])
  .add(1, [0, 0, 0, 1], [0, 0, 2, 1])
  .add(2, [255], [3]);
const present = mean(classIou, { classes: 'present' });

describe('means over images', () => {
  test.each([
    ['classes in the labels', imageMean(present), 2 / 3],
    ['classes in labels or predictions', imageMean(meanIou), (1 / 2 + 5 / 9) / 2],
    ['pairs of image and class', pairMean(classIou), 8 / 15],
    ['the paper: 0/0 = 1, void images left out', imageMiou, (3 / 4 + 2 / 3) / 2],
    [
      'the published code: a void image counts 1 for every class',
      imageMean(mean(classIou, { absent: 'one' }), { emptyImages: 'count' }),
      (3 / 4 + 2 / 3 + 1) / 3,
    ],
  ])('%s', (_, metric, expected) => {
    expect(metric.of(counts)).toBeCloseTo(expected, 12);
    expect(metric.level).toBe('image');
  });

  test('of each image and of each class', () => {
    expect(imageScores(present).of(counts)).toEqual([1 / 2, expect.closeTo(5 / 6, 12), NaN]);
    expect(imageMeanOfClasses(classIou).of(counts)).toEqual([expect.closeTo(7 / 12, 12), 3 / 4, 0, NaN]);
  });

  test('batches pool their pixels, and a void batch takes no part', () => {
    expect(batchScores(present, [[0, 1], [2]]).of(counts)).toEqual([(3 / 5 + 2 / 3) / 2, NaN]);
    expect(batchMean(present, [[0, 1], [2]]).of(counts)).toBeCloseTo(0.6333333333333333, 12);
  });
});

describe('worst', () => {
  test('takes at least one value, rounds down, and puts NaN last', () => {
    expect(meanOfWorst([0.9, 0.1, 0.5, 0.3], 50)).toBeCloseTo(0.2, 12);
    expect(meanOfWorst([0.9, 0.1, NaN], 1)).toBe(0.1);
    expect(meanOfWorst([0.9, 0.1, NaN], 100)).toBeNaN();
    // 70 % of 90 is 63, which 0.7 · 90 misses in floats.
    expect(meanOfWorst([...new Array<number>(62).fill(0), 63, ...new Array<number>(27).fill(99)], 70)).toBe(
      1,
    );
    expect(() => meanOfWorst([1], 0)).toThrow('q is 0');
  });

  test('images and classes', () => {
    expect(worstImages(present, 50).of(counts)).toBe(1 / 2);
    expect(worstOfClasses(classIou, 50, { classes: 'present' }).of(counts)).toBe(1 / 2);
    expect(worstImages(present, 100).of(counts)).toBeCloseTo(imageMean(present).of(counts), 12);
  });
});
