import { describe, expect, test } from '@jest/globals';
import { UsageError, type TrainOptions } from '@lovasz/runs';
import { runSettings } from '@lovasz/runs/command';
import { addSettings, readSettings } from './settings-options.js';
import { strictCommand } from './strict-command.js';

function command() {
  return addSettings(strictCommand('train'), runSettings).configureOutput({ writeErr: () => undefined });
}

/** The settings of a command line, as `lovasz train` would see them. */
function parse(line: string): TrainOptions {
  return readSettings(command().parse(line.split(' ').filter(Boolean), { from: 'user' }), runSettings);
}

describe('options made of a table of settings', () => {
  test('an empty command line says nothing, and leaves the defaults to the table', () => {
    expect(parse('')).toEqual({});
  });

  test('every option reaches its place', () => {
    expect(
      parse(
        '--model nets/my.onnx --data camvid:data/camvid --loss lovasz-softmax --steps 7 --batch 4 --size 240x180 ' +
          '--crop 200x160 --optimizer sgd --lr 0.02 --momentum 0.5 --schedule constant --weight-decay 0.1 --seed 3 --recompute auto ' +
          '--trainable mask --frozen a.* --frozen b.* --tie x=y --untie z ' +
          '--out here --init start.safetensors',
      ),
    ).toEqual({
      model: 'nets/my.onnx',
      data: 'camvid:data/camvid',
      loss: ['lovasz-softmax'],
      steps: 7,
      batch: 4,
      size: { width: 240, height: 180 },
      crop: { width: 200, height: 160 },
      optimizer: 'sgd',
      momentum: 0.5,
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

  test('help says what each accepts and what holds where nothing is said', () => {
    const help = command().helpInformation().replaceAll(/\s+/g, ' ');
    for (const part of [
      '--data <data> images to train on: shapes (generated, the same whatever the seed of the run), ',
      'camvid:DIR (CamVid in a folder) (default: shapes) --foreground <class> name',
      '--loss <loss> loss to minimise: cross-entropy, lovasz-softmax,',
      'or a sum such as a+b (default: cross-entropy+lovasz-softmax)',
      '--epochs <count> passes over the training images (default: 10)',
      '--lr <rate> learning rate of the first step (default: 0.01 with sgd, 0.0005 with adam,',
      '--momentum <factor> momentum of the optimizers that have one (default: 0.9 with sgd)',
      "WIDTHxHEIGHT that images are resized to (default: the data set's own)",
      '--foreground <class> name or number of a class to tell from all others, as two classes --loss',
    ])
      expect(help).toContain(part);
  });

  test.each([
    ['--model u-net', "--model: 'u-net' given; accepted: unet, enet, or a file whose name ends in .onnx"],
    ['--data camvid:', "--data: 'camvid:' given; accepted: shapes,"],
    ['--optimizer lion', "--optimizer: 'lion' given; accepted: sgd, adam"],
    ['--schedule cosine', "--schedule: 'cosine' given; accepted: polynomial, constant"],
    ['--recompute 0', "--recompute: '0' given; accepted: auto, or a number of segments of at least 1"],
    ['--batch 0', "--batch: '0' given; accepted: a whole number of at least 1"],
  ])('%s is refused', (line, message) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(message);
  });

  test.each([
    ['--epoch 3', '(Did you mean --epochs?)'],
    ['--seed', 'argument missing'],
    ['leftover', 'too many arguments'],
  ])('%s is refused', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });
});
