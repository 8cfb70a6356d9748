import { describe, expect, test } from '@jest/globals';
import { ImageCounts } from '../../counting/image-counts.js';
import { huggingFaceEvaluate, reduceZeroLabel } from './hugging-face-evaluate.js';
import { jdtLosses } from './jdt-losses.js';
import { keras } from './keras.js';
import { lovaszSoftmax } from './lovasz-softmax.js';
import { mmsegmentation } from './mmsegmentation.js';
import { evaluatePreset, type Preset } from './preset.js';
import { segmentationModels } from './segmentation-models.js';
import { torchmetrics, torchmetricsSegmentation } from './torchmetrics.js';
import { voc } from './voc.js';

/**
 * Eight pixels under every convention. Class 2 is predicted but never a label, and once on an ignored pixel, where it must
 * not count; class 3 occurs nowhere. Expected values follow from the formulas of the libraries by rational arithmetic.
 */
const images = [
  { labels: [0, 0, 1, 255], predictions: [0, 1, 1, 2] },
  { labels: [0, 0, 0, 1], predictions: [0, 0, 2, 1] },
];
const shared = { numClasses: 4, ignoreIndex: 255 };

function values(preset: Preset): Record<string, number | number[]> {
  const counts = new ImageCounts(preset.counting);
  for (const [id, { labels, predictions }] of images.entries()) counts.add(id, labels, predictions);
  return evaluatePreset(preset, counts);
}

describe('what each library calls mean IoU', () => {
  test.each<[string, Preset, string, number]>([
    ['mmsegmentation leaves 0/0 out', mmsegmentation(shared), 'mIoU', 0.4222222222222222],
    [
      'or counts what nan_to_num says',
      mmsegmentation({ ...shared, nanToNum: 0 }),
      'mIoU',
      0.31666666666666665,
    ],
    [
      'Hugging Face fills after the mean',
      huggingFaceEvaluate({ ...shared, nanToNum: 0 }),
      'mean_iou',
      0.4222222222222222,
    ],
    ['Keras', keras(shared), 'MeanIoU', 0.4222222222222222],
    ['torchmetrics macro', torchmetrics(shared), 'jaccard.macro', 0.4222222222222222],
    ['torchmetrics micro', torchmetrics(shared), 'jaccard.micro', 5 / 9],
    [
      'torchmetrics recall counts a class that is only predicted as 0',
      torchmetrics(shared),
      'recall.macro',
      8 / 15,
    ],
    ['smp', segmentationModels(shared), 'iou.macro', 0.5666666666666667],
    [
      'smp with zero_division 0',
      segmentationModels({ ...shared, zeroDivision: 0 }),
      'iou.macro',
      0.31666666666666665,
    ],
    ['the published reference, in percent', lovaszSoftmax(shared), 'miou', 56.666666666666667],
    [
      'the published reference per image',
      lovaszSoftmax({ ...shared, perImage: true }),
      'miou',
      70.83333333333333,
    ],
    ['VOC: 0/0 makes the mean undefined', voc({ numClasses: 4 }), 'averageAccuracy', NaN],
    ['fine-grained over images', jdtLosses(shared), 'mIoUI', 66.66666666666667],
    ['fine-grained over classes', jdtLosses(shared), 'mIoUC', 66.66666666666667],
    ['fine-grained over the data set', jdtLosses(shared), 'mIoUD', NaN],
  ])('%s', (_, preset, name, expected) => {
    const value = values(preset)[name];
    if (Number.isNaN(expected)) expect(value).toBeNaN();
    else expect(value).toBeCloseTo(expected, 12);
  });

  test('torchmetrics segmentation: over pairs of image and class, without an ignored label', () => {
    const preset = torchmetricsSegmentation({ numClasses: 4 });
    const counts = new ImageCounts(preset.counting)
      .add(0, [0, 0, 1], [0, 1, 1])
      .add(1, [0, 0, 0, 1], [0, 0, 2, 1]);
    const all = evaluatePreset(preset, counts);
    expect(all['meanIou.class']).toBeCloseTo(8 / 15, 12);
    expect(all['meanIou.classPerClass']).toEqual([expect.closeTo(7 / 12, 12), 3 / 4, 0, -1]);
  });
});

describe('predictions that are no class', () => {
  test('mmsegmentation misses their labels, VOC refuses them', () => {
    const [soft, strict] = [mmsegmentation({ numClasses: 2 }), voc({ numClasses: 2 })];
    const counts = new ImageCounts(soft.counting).add('a', [0, 0, 1], [0, 255, 1]);
    expect(evaluatePreset(soft, counts)['IoU']).toEqual([1 / 2, 1]);
    expect(counts.odd.ignoredPredictions).toBe(1);
    expect(() => new ImageCounts(strict.counting).add('a', [0, 255], [0, 255])).toThrow(
      'predictions: value 255',
    );
  });
});

test("mmsegmentation's F score of a class without a hit leaves the mean, its Dice stays", () => {
  const preset = mmsegmentation({ numClasses: 2 });
  const counts = new ImageCounts(preset.counting).add('a', [0, 0, 1], [0, 1, 0]);
  expect(evaluatePreset(preset, counts)).toMatchObject({
    Fscore: [1 / 2, NaN],
    mFscore: 1 / 2,
    mDice: 1 / 4,
  });
});

test('an ignored class leaves the list of the published reference', () => {
  const preset = lovaszSoftmax({ numClasses: 3, ignoreIndex: 0 });
  const counts = new ImageCounts(preset.counting).add('a', [0, 1, 1], [1, 1, 0]);
  expect(evaluatePreset(preset, counts)).toEqual({ iou: [50, 100], miou: 75 });
});

test('without an ignored label, void is background of every class for the published reference', () => {
  const preset = lovaszSoftmax({ numClasses: 2, binary: true });
  const counts = new ImageCounts(preset.counting).add('a', [1, 255, 0], [1, 1, 0]);
  expect(evaluatePreset(preset, counts)['miou']).toBe(50);
  expect(counts.odd.unknownLabels).toBe(1);
});

test('a label that is zero-based void becomes 255', () => {
  expect(Array.from(reduceZeroLabel(Uint8Array.of(0, 1, 150, 255)))).toEqual([255, 0, 149, 255]);
});
