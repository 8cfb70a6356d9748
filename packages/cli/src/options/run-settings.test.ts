import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { optionsOf, refuseConflicts, settingsOf } from './run-settings.js';
import { strictCommand } from './strict-command.js';
import { addTrainOptions, readTrainOptions } from './train-options.js';
import { UsageError } from './usage-error.js';

function parse(line: string) {
  return addTrainOptions(strictCommand('train')).parse(line.split(' ').filter(Boolean), { from: 'user' });
}

function settings(line: string) {
  return settingsOf(readTrainOptions(parse(line)));
}

describe('settingsOf', () => {
  test('writes down every option as the words of the command line', () => {
    expect(
      settings(
        '--model nets/my.onnx --data camvid:data --loss lovasz-softmax --steps 7 --batch 4 --size 240x180 ' +
          '--crop 200x160 --optimizer sgd --lr 1e-7 --momentum 0.5 --schedule constant --weight-decay 0.1 --seed 3 --recompute 4 ' +
          '--out here --init start.safetensors',
      ),
    ).toEqual({
      '--model': resolve('nets/my.onnx'),
      '--data': `camvid:${resolve('data')}`,
      '--loss': 'lovasz-softmax',
      '--steps': '7',
      '--batch': '4',
      '--size': '240x180',
      '--crop': '200x160',
      '--optimizer': 'sgd',
      '--lr': '1e-7',
      '--momentum': '0.5',
      '--schedule': 'constant',
      '--weight-decay': '0.1',
      '--seed': '3',
      '--recompute': '4',
    });
  });

  test.each([
    '',
    '--optimizer sgd --epochs 3 --model enet',
    '--steps 9 --size 64x32 --crop 16x32 --lr 1e-21 --recompute auto',
    '--foreground disc --output seg --layout nhwc --logit-threshold -0.5',
  ])('optionsOf reads %j back, in a folder of its own', (line) => {
    const options = { ...readTrainOptions(parse(line)), out: 'there' };
    expect(optionsOf(settingsOf(options), 'there')).toEqual(options);
  });
});

describe('refuseConflicts', () => {
  test.each(['', '--lr 0.01', '--lr 1e-2 --optimizer sgd', '--data camvid:./data', '--out elsewhere'])(
    'accepts %j, which agrees with the run or is silent',
    (line) => {
      const run = settings('--optimizer sgd --lr 0.01 --data camvid:data');
      expect(() => refuseConflicts(parse(line), run)).not.toThrow();
    },
  );

  test.each([
    ['--lr 0.02', '--lr: 0.02 given, but the run to resume was started with 0.01'],
    ['--optimizer adam', '--optimizer: adam given, but the run to resume was started with sgd'],
    ['--steps 4', '--steps: 4 given, but the run to resume was started with --epochs 10'],
    ['--crop 8x8', '--crop: 8x8 given, but the run to resume was started with none'],
  ])('refuses %s, naming both values', (line, message) => {
    expect(() => refuseConflicts(parse(line), settings('--optimizer sgd --lr 0.01'))).toThrow(
      new UsageError(message),
    );
  });
});
