import { describe, expect, test } from '@jest/globals';
import { strictCommand } from './strict-command.js';
import { addTrainOptions, readTrainOptions, type TrainOptions } from './train-options.js';
import { UsageError } from './usage-error.js';

/** The options of a command line, as `lovasz train` would see them. */
function parse(line: string): TrainOptions {
  const command = addTrainOptions(strictCommand('train')).configureOutput({ writeErr: () => undefined });
  command.parse(line.split(' ').filter(Boolean), { from: 'user' });
  return readTrainOptions(command);
}

describe('train options', () => {
  test('an empty command line trains the U-Net on shapes', () => {
    expect(parse('')).toEqual({
      model: { kind: 'built-in', name: 'unet' },
      data: { kind: 'shapes' },
      loss: ['cross-entropy', 'lovasz-softmax'],
      duration: { epochs: 10 },
      batch: 10,
      size: undefined,
      crop: undefined,
      optimizer: { kind: 'adam' },
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
      init: undefined,
    });
  });

  test('every option reaches its place', () => {
    expect(
      parse(
        '--model nets/my.onnx --data camvid:data/camvid --loss lovasz-softmax --steps 7 --batch 4 --size 240x180 ' +
          '--crop 200x160 --optimizer sgd --lr 0.02 --momentum 0.5 --schedule constant --weight-decay 0.1 --seed 3 --recompute auto ' +
          '--trainable mask --frozen a.* --frozen b.* --tie x=y --untie z ' +
          '--out here --init start.safetensors --json',
      ),
    ).toEqual({
      model: { kind: 'file', file: 'nets/my.onnx' },
      data: { kind: 'camvid', directory: 'data/camvid' },
      loss: ['lovasz-softmax'],
      duration: { steps: 7 },
      batch: 4,
      size: { width: 240, height: 180 },
      crop: { width: 200, height: 160 },
      optimizer: { kind: 'sgd', momentum: 0.5 },
      learningRate: 0.02,
      schedule: 'constant',
      weightDecay: 0.1,
      seed: 3,
      recompute: 'auto',
      trainable: ['mask'],
      frozen: ['a.*', 'b.*'],
      tie: ['x=y'],
      untie: ['z'],
      out: 'here',
      init: 'start.safetensors',
    });
  });

  test('defaults follow the optimizer and the names in the command line', () => {
    expect(parse('--optimizer sgd --resume --model a/my.onnx --loss cross-entropy')).toMatchObject({
      optimizer: { kind: 'sgd', momentum: 0.9 },
      learningRate: 0.01,
      weightDecay: 5e-4,
      out: 'runs/my-shapes-cross-entropy',
    });
  });

  test.each([
    ['--size 64x64 --crop 32x65', '--crop: 32x65 given; accepted: at most --size, 64x64'],
    ['--momentum 0.5', '--momentum: 0.5 given with --optimizer adam; accepted: only with sgd'],
    ['--optimizer lion', "--optimizer: 'lion' given; accepted: sgd, adam"],
    ['--schedule cosine', "--schedule: 'cosine' given; accepted: polynomial, constant"],
    ['--recompute 0', "--recompute: '0' given; accepted: auto, or a number of segments of at least 1"],
    ['--batch 0', "--batch: '0' given; accepted: a whole number of at least 1"],
  ])('%s is refused', (line, message) => {
    expect(() => parse(line)).toThrow(new UsageError(message));
  });

  test.each([
    ['--epochs 3 --steps 5', 'cannot be used with'],
    ['--resume --init start.safetensors', 'cannot be used with'],
    ['--epoch 3', '(Did you mean --epochs?)'],
    ['--seed', 'argument missing'],
    ['leftover', 'too many arguments'],
  ])('%s is refused', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });
});
