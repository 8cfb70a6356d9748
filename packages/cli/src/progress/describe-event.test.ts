import { expect, test } from '@jest/globals';
import type { RunEvent } from '@lovasz/runs';
import { sampleEvaluation, sampleStart, sampleStep } from './sample-run.fixture.js';
import { describeEvent } from './describe-event.js';
import { createPace } from './pace.js';

const cases: [RunEvent, string][] = [
  [sampleStart, 'unet (12,345 parameters) on shapes, 20 images of 64×48, lovasz-softmax, 4 steps'],
  [{ event: 'warning', message: 'a bias is frozen' }, 'warning: a bias is frozen'],
  [sampleStep(1), 'step 1/4  epoch 1  loss 1.0000  50.0 images/s  1 s left'],
  [sampleEvaluation(2, [0.8, 0.6]), 'epoch 2  mIoU 70.0 %  pixel accuracy 90.0 %'],
  [{ event: 'checkpoint', step: 4, file: 'a.safetensors' }, 'step 4  checkpoint a.safetensors'],
  [{ event: 'end', step: 4, seconds: 75, meanIou: null }, '4 steps in 1 min 15 s  mIoU –'],
  [{ event: 'interrupted', step: 3 }, 'interrupted after step 3'],
];

test.each(cases)('describeEvent(%j)', (event, expected) => {
  const pace = createPace();
  pace.observe(sampleStart);
  pace.observe(event);
  expect(describeEvent(event, pace)).toBe(expected);
});
