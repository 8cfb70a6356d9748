import { describe, expect, test } from '@jest/globals';
import { completeRunSettings, runSettings, type TrainOptions } from './run-settings.js';
import { UsageError } from '../settings/usage-error.js';

describe('completeRunSettings', () => {
  test('trains the U-Net on shapes where nothing is said', () => {
    expect(completeRunSettings({})).toEqual({
      model: 'unet',
      data: 'shapes',
      loss: ['cross-entropy', 'lovasz-softmax'],
      epochs: 10,
      batch: 10,
      flip: 'horizontal',
      optimizer: 'adam',
      learningRate: 5e-4,
      schedule: 'polynomial',
      weightDecay: 2e-4,
      seed: 0,
      recompute: 1,
      trainable: [],
      frozen: [],
      tie: [],
      untie: [],
      out: 'runs/unet-shapes-cross-entropy+lovasz-softmax',
    });
  });

  test('keeps what is given', () => {
    const given: TrainOptions = {
      model: 'nets/my.onnx',
      data: 'camvid:data/camvid',
      foreground: 'car',
      loss: ['lovasz-softmax'],
      steps: 7,
      batch: 4,
      size: { width: 240, height: 180 },
      crop: { width: 200, height: 160 },
      flip: 'none',
      optimizer: 'sgd',
      learningRate: 1e-7,
      momentum: 0.5,
      schedule: 'constant',
      weightDecay: 0.1,
      output: 'seg',
      layout: 'nhwc',
      logitThreshold: -0.5,
      seed: 3,
      recompute: 'auto',
      trainable: ['mask'],
      frozen: ['a.*', 'b.*'],
      tie: ['x=y'],
      untie: [],
      out: 'here',
      init: 'start.safetensors',
    };
    expect(Object.keys({ ...given, epochs: 0 }).sort()).toEqual(Object.keys(runSettings).sort());
    expect(completeRunSettings(given)).toEqual(given);
    expect(completeRunSettings(completeRunSettings(given))).toEqual(given);
  });

  test('lets defaults follow the optimizer, the names and the steps', () => {
    const given = { optimizer: 'sgd', model: 'a/my.onnx', loss: ['cross-entropy'], steps: 3 } as const;
    expect(completeRunSettings(given)).toMatchObject({
      momentum: 0.9,
      learningRate: 0.01,
      weightDecay: 5e-4,
      epochs: undefined,
      out: 'runs/my-shapes-cross-entropy',
    });
  });

  test.each<[TrainOptions, string]>([
    [
      { size: { width: 64, height: 64 }, crop: { width: 32, height: 65 } },
      '--crop: 32x65 given; accepted: at most --size, 64x64',
    ],
    [{ momentum: 0.5 }, '--momentum: 0.5 given with --optimizer adam; accepted: only with sgd'],
    [{ epochs: 3, steps: 5 }, '--steps: 5 given with --epochs 3; accepted: one of them'],
    [{ batch: 0.5 }, "--batch: '0.5' given; accepted: a whole number of at least 1"],
    [{ learningRate: NaN }, "--lr: 'NaN' given; accepted: a number above 0"],
    [{ data: 'coco:x' }, "--data: 'coco:x' given; accepted: shapes,"],
    [{ data: '' }, "--data: '' given; accepted: shapes,"],
    [{ size: { width: 8, height: 0 } }, "--size: '8x0' given"],
  ])('refuses %j as the command line does', (given, message) => {
    expect(() => completeRunSettings(given)).toThrow(UsageError);
    expect(() => completeRunSettings(given)).toThrow(message);
  });

  test('refuses a setting that there is not', () => {
    const given = { learningrate: 1 } as TrainOptions;
    expect(() => completeRunSettings(given)).toThrow("'learningrate' given; accepted: model, data,");
  });
});
