import { expect, test } from '@jest/globals';
import {
  addOutputOptions,
  namingOutputOptions,
  outputOptionsOf,
  readOutputOptions,
} from './output-options.js';
import { strictCommand } from './strict-command.js';
import { UsageError } from './usage-error.js';

function parse(line: string) {
  const command = addOutputOptions(strictCommand('any')).configureOutput({ writeErr: () => undefined });
  return readOutputOptions(command.parse(line.split(' ').filter(Boolean), { from: 'user' }));
}

test('layouts are axes, thresholds any number', () => {
  expect(outputOptionsOf(parse(''))).toEqual({});
  expect(outputOptionsOf(parse('--layout nchw --output seg --logit-threshold -0.5'))).toEqual({
    output: 'seg',
    classAxis: 1,
    logitThreshold: -0.5,
  });
  expect(outputOptionsOf(parse('--layout nhwc'))).toEqual({ classAxis: -1 });
  expect(outputOptionsOf(parse('--layout nhw'))).toEqual({ classAxis: 'none' });
  expect(() => parse('--layout hwc')).toThrow(
    new UsageError("--layout: 'hwc' given; accepted: nchw, nhwc, nhw"),
  );
});

test('errors come under the names of the options', () => {
  expect(namingOutputOptions(new RangeError('logitThreshold is 1, but there are 4 scores'))).toEqual(
    new UsageError('--logit-threshold is 1, but there are 4 scores'),
  );
  expect(namingOutputOptions(new Error("output names 'a', but the outputs are 'b'"))).toEqual(
    new UsageError("--output names 'a', but the outputs are 'b'"),
  );
  const other = new RangeError('seed is -1');
  expect(namingOutputOptions(other)).toBe(other);
});
