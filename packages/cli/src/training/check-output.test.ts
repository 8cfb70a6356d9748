import { shapes } from '@lovasz/datasets';
import { expect, test } from '@jest/globals';
import { UsageError } from '../options/usage-error.js';
import { checkOutput } from './check-output.js';

const dataset = shapes({ split: 'val', length: 1 });
const shape = [2, 3, 48, 64];

test('accepts one class for each pixel', () => {
  expect(() =>
    checkOutput('net.onnx', { classCount: 5, labelShape: [2, 48, 64] }, dataset, shape),
  ).not.toThrow();
});

test('another number of classes is refused, naming both', () => {
  expect(() => checkOutput('net.onnx', { classCount: 21, labelShape: [2, 48, 64] }, dataset, shape)).toThrow(
    new UsageError(
      '--model: net.onnx tells 21 classes apart, but shapes/val has 5 (background, disc, square, triangle, ring)',
    ),
  );
});

test('an output of another size is refused, naming both shapes', () => {
  expect(() => checkOutput('net.onnx', { classCount: 5, labelShape: [2, 6, 8] }, dataset, shape)).toThrow(
    new UsageError(
      '--model: net.onnx puts out classes of shape [2, 6, 8]; expected one for each pixel, [2, 48, 64]',
    ),
  );
});
