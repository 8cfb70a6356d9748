import { ConfusionMatrix } from '@lovasz/evaluation';
import { expect, test } from '@jest/globals';
import { UsageError } from '../settings/usage-error.js';
import { metricSetting, scoresOf } from './metrics.js';

test('the metrics that are named are computed, in their order', () => {
  const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 0, 1], [0, 0, 1, 1]);
  const chosen = metricSetting.parse(
    'frequency-weighted-iou+mean-specificity+mean-dice+mean-accuracy+pixel-accuracy+mean-iou',
  );
  expect(scoresOf(chosen, confusion).map(({ member, value }) => [member, value])).toEqual([
    ['frequencyWeightedIou', expect.closeTo((3 / 4) * (2 / 3) + (1 / 4) * (1 / 2), 12)],
    ['meanSpecificity', expect.closeTo((1 + 2 / 3) / 2, 12)],
    ['meanDice', expect.closeTo((4 / 5 + 2 / 3) / 2, 12)],
    ['meanAccuracy', expect.closeTo((2 / 3 + 1) / 2, 12)],
    ['pixelAccuracy', 0.75],
    ['meanIou', expect.closeTo((2 / 3 + 1 / 2) / 2, 12)],
  ]);
});

test.each(['', 'miou', 'mean-iou+', 'mean-iou+mean-iou'])('refuses %j', (text) => {
  expect(() => metricSetting.parse(text)).toThrow(UsageError);
  expect(() => metricSetting.parse(text)).toThrow(`--metric: '${text}' given; accepted: mean-iou,`);
});
