import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recordSettings, refuseConflicts, settingsFrom } from './recorded-settings.js';
import { completeRunSettings, type TrainOptions } from './run-settings.js';
import { UsageError } from '../settings/usage-error.js';

const settingsOf = (given: TrainOptions) => recordSettings(completeRunSettings(given));

describe('recordSettings', () => {
  test('writes down every setting as the words of the command line, paths in full', () => {
    expect(
      settingsOf({
        model: 'nets/my.onnx',
        data: 'camvid:data',
        loss: ['lovasz-softmax', 'cross-entropy'],
        steps: 7,
        batch: 4,
        size: { width: 240, height: 180 },
        crop: { width: 200, height: 160 },
        optimizer: 'sgd',
        learningRate: 1e-7,
        momentum: 0.5,
        schedule: 'constant',
        weightDecay: 0.1,
        seed: 3,
        recompute: 4,
        frozen: ['a.*', 'b'],
        out: 'here',
        init: 'start.safetensors',
      }),
    ).toEqual({
      '--model': resolve('nets/my.onnx'),
      '--data': `camvid:${resolve('data')}`,
      '--loss': 'lovasz-softmax+cross-entropy',
      '--steps': '7',
      '--batch': '4',
      '--size': '240x180',
      '--crop': '200x160',
      '--flip': 'horizontal',
      '--optimizer': 'sgd',
      '--lr': '1e-7',
      '--momentum': '0.5',
      '--schedule': 'constant',
      '--weight-decay': '0.1',
      '--seed': '3',
      '--recompute': '4',
      '--frozen': 'a.*\nb',
    });
  });

  test.each<TrainOptions>([
    {},
    { optimizer: 'sgd', epochs: 3, model: 'enet' },
    { steps: 9, size: { width: 64, height: 32 }, crop: { width: 16, height: 32 }, learningRate: 1e-21 },
    { foreground: 'disc', output: 'seg', layout: 'nhwc', logitThreshold: -0.5, recompute: 'auto' },
    { trainable: ['mask'], frozen: ['a.*', 'b.*'], tie: ['x=y', 'equal'], untie: ['z'] },
  ])('settingsFrom reads %j back, in a folder of its own', (given) => {
    const settings = completeRunSettings({ ...given, out: 'there' });
    expect(settingsFrom(recordSettings(settings), 'there')).toEqual(settings);
  });

  test('settingsFrom names what another version has written', () => {
    expect(() => settingsFrom({ '--warmup': '3' }, 'there')).toThrow(
      new UsageError('the run was started with --warmup 3, which is unknown here'),
    );
  });
});

describe('refuseConflicts', () => {
  const run = settingsOf({ optimizer: 'sgd', learningRate: 0.01, data: 'camvid:data' });

  test.each<TrainOptions>([
    {},
    { learningRate: 0.01 },
    { learningRate: 1e-2, optimizer: 'sgd', momentum: 0.9 },
    { data: 'camvid:./data' },
    { out: 'elsewhere' },
  ])('accepts %j, which agrees with the run or is silent', (given) => {
    expect(() => refuseConflicts(given, run)).not.toThrow();
  });

  test.each<[TrainOptions, string]>([
    [{ learningRate: 0.02 }, '--lr: 0.02 given, but the run to resume was started with 0.01'],
    [{ optimizer: 'adam' }, '--optimizer: adam given, but the run to resume was started with sgd'],
    [{ steps: 4 }, '--steps: 4 given, but the run to resume was started with --epochs 10'],
    [{ crop: { width: 8, height: 8 } }, '--crop: 8x8 given, but the run to resume was started with none'],
  ])('refuses %j, naming both values', (given, message) => {
    expect(() => refuseConflicts(given, run)).toThrow(new UsageError(message));
  });
});
