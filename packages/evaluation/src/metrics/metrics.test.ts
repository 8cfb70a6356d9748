import { describe, expect, test } from '@jest/globals';
import { ConfusionMatrix } from '../counting/confusion-matrix.js';
import { cohenKappa, matthewsCorrelation, pixelAccuracy } from './agreement.js';
import { classIou, classRecall } from './class-metrics.js';
import { frequencyWeightedIou, mean, meanAccuracy, meanIou, microIou } from './means.js';
import { percent, score } from './metric.js';
import { normalize } from './normalize.js';

/**
 * Small data sets whose expected values were computed outside this project, by rational arithmetic rounded once to
 * float64. In `edges` class 2 is predicted but never a label, and once on an ignored pixel, where it must not count; class
 * 3 occurs nowhere. In `street`, given by its counts, one class has a single pixel and three are absent in some way.
 */
const edges = new ConfusionMatrix({ numClasses: 4, ignoreIndex: 255 })
  .add([0, 0, 1, 255], [0, 1, 1, 2])
  .add([0, 0, 0, 1], [0, 0, 2, 1]);

const street = ConfusionMatrix.fromJSON({
  numClasses: 8,
  ignoreIndex: [255],
  counts: [
    [3741, 441, 255, 711, 2, 70, 0, 0],
    [537, 1968, 168, 327, 0, 59, 0, 0],
    [349, 219, 3132, 473, 0, 842, 0, 0],
    [232, 176, 125, 1523, 0, 165, 0, 0],
    [0, 0, 0, 0, 1, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
    [1088, 1039, 687, 843, 0, 250, 0, 0],
    [0, 0, 0, 0, 0, 0, 0, 0],
  ],
});

const nothing = new ConfusionMatrix({ numClasses: 3, ignoreIndex: 255 }).add([255, 255], [0, 2]);

describe('edge cases', () => {
  test('counts leave out the ignored pixel and its prediction', () => {
    expect(edges.toJSON().counts).toEqual([
      [3, 1, 1, 0],
      [0, 2, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(edges.classCounts).toEqual([
      { truePositives: 3, falsePositives: 0, falseNegatives: 2 },
      { truePositives: 2, falsePositives: 1, falseNegatives: 0 },
      { truePositives: 0, falsePositives: 1, falseNegatives: 0 },
      { truePositives: 0, falsePositives: 0, falseNegatives: 0 },
    ]);
  });

  test('per class: 0/0 is NaN', () => {
    expect(classIou.of(edges)).toEqual([3 / 5, 2 / 3, 0, NaN]);
    expect(classRecall.of(edges)).toEqual([3 / 5, 1, NaN, NaN]);
  });

  test.each([
    ['Cityscapes, mmseg, Keras, torchmetrics macro: 0/0 is left out', { absent: 'skip' }, 0.4222222222222222],
    ['the default is that of Cityscapes', {}, 0.4222222222222222],
    ['the paper, LovaszSoftmax, smp: 0/0 is 1', { absent: 'one' }, 0.5666666666666667],
    [
      'torchmetrics none, composer, scikit-learn with labels: 0/0 is 0',
      { absent: 'zero' },
      0.31666666666666665,
    ],
    ['classes that the labels hold', { classes: 'present' }, 0.6333333333333333],
    ['a list of classes', { classes: [3, 1], absent: 'one' }, 0.8333333333333334],
  ] as const)('mean IoU, %s', (_, options, expected) => {
    expect(mean(classIou, options).of(edges)).toBeCloseTo(expected, 12);
  });

  test('mean IoU, VOC, JDTLosses: 0/0 makes the mean undefined', () => {
    expect(mean(classIou, { absent: 'undefined' }).of(edges)).toBeNaN();
  });

  test('pooled, weighted and accuracy', () => {
    expect(microIou.of(edges)).toBeCloseTo(0.5555555555555556, 12);
    expect(frequencyWeightedIou.of(edges)).toBeCloseTo(0.6190476190476191, 12);
    expect(pixelAccuracy.of(edges)).toBeCloseTo(5 / 7, 12);
    expect(meanAccuracy.of(edges)).toBeCloseTo(0.8, 12);
  });
});

describe('street scenes', () => {
  test('per class', () => {
    expect(classIou.of(street)).toEqual([
      0.5037705359547535,
      0.39886501824077825,
      0.50112,
      0.33289617486338796,
      0.3333333333333333,
      0,
      0,
      NaN,
    ]);
    expect(classRecall.of(street)).toEqual([
      0.7166666666666667,
      0.6433474991827395,
      0.6245264207377866,
      0.6857271499324629,
      1,
      NaN,
      0,
      NaN,
    ]);
  });

  test('means', () => {
    expect(meanIou.of(street)).toBeCloseTo(0.2957121517703219, 12);
    expect(mean(classIou, { classes: 'present' }).of(street)).toBeCloseTo(0.34499751039870885, 12);
    expect(mean(classIou, { absent: 'zero' }).of(street)).toBeCloseTo(0.25874813279903164, 12);
    expect(mean(classIou, { absent: 'one' }).of(street)).toBeCloseTo(0.38374813279903164, 12);
    expect(mean(classIou, { absent: 'undefined' }).of(street)).toBeNaN();
    expect(microIou.of(street)).toBeCloseTo(0.36392682841192375, 12);
    expect(frequencyWeightedIou.of(street)).toBeCloseTo(0.3656810392929657, 12);
    expect(pixelAccuracy.of(street)).toBeCloseTo(0.5336456778046645, 12);
    expect(meanAccuracy.of(street)).toBeCloseTo(0.6117112894199426, 12);
  });
});

test('a data set without a valid pixel has no score', () => {
  expect(classIou.of(nothing)).toEqual([NaN, NaN, NaN]);
  for (const metric of [meanIou, microIou, frequencyWeightedIou, pixelAccuracy, meanAccuracy]) {
    expect(metric.of(nothing)).toBeNaN();
  }
  expect(mean(classIou, { classes: 'present', absent: 'one' }).of(nothing)).toBeNaN();
  expect(mean(classIou, { absent: 'one' }).of(nothing)).toBe(1);
});

test('a score carries what has to be known to compare it', () => {
  expect(score(percent(meanIou), edges)).toEqual({
    metric: 'mean IoU (%)',
    value: expect.closeTo(42.22222222222222, 10),
    level: 'dataset',
    classes: 'all',
    absent: 'skip',
    ignoreIndex: [255],
    total: 7,
    odd: { ignored: 1, unknownLabels: 0, unknownPredictions: 0, ignoredPredictions: 0 },
  });
});

test('agreement beyond chance', () => {
  // Computed outside this project by rational arithmetic.
  expect(cohenKappa.of(street)).toBeCloseTo(0.42116, 5);
  const masks = ConfusionMatrix.fromJSON({ numClasses: 2, ignoreIndex: [], counts: [[3327, 753], [460, 2420]] }); // prettier-ignore
  expect(cohenKappa.of(masks)).toBeCloseTo(0.6460532273481914, 12);
  expect(matthewsCorrelation.of(masks)).toBeCloseTo(0.64843, 5);
  expect(matthewsCorrelation.of(new ConfusionMatrix({ numClasses: 2 }).add([0, 1], [1, 1]))).toBe(0);
});

test('normalized rows, columns and all sum to 1 where there is something', () => {
  expect(normalize(edges, 'labels')).toEqual([[3 / 5, 1 / 5, 1 / 5, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]); // prettier-ignore
  expect(normalize(edges, 'predictions')[0]).toEqual([1, 1 / 3, 1, 0]);
  expect(normalize(edges, 'all')[0]).toEqual([3 / 7, 1 / 7, 1 / 7, 0]);
});
