import { classAgainstRest, shapes } from '@lovasz/datasets';
import type { TrainedOutput } from '@lovasz/onnx';
import { expect, test } from '@jest/globals';
import { UsageError } from '../settings/usage-error.js';
import { checkOutput } from './check-output.js';

const dataset = shapes({ split: 'val', length: 1 });
const shape = [2, 3, 48, 64];

const outputOf = (classCount: number, labelShape: readonly number[], isBinary = false) => ({
  classCount,
  labelShape,
  output: { isBinary } as TrainedOutput,
});

test('accepts one class for each pixel', () => {
  expect(() => checkOutput('net.onnx', outputOf(5, [2, 48, 64]), dataset, shape)).not.toThrow();
});

test('another number of classes is refused, naming both', () => {
  expect(() => checkOutput('net.onnx', outputOf(21, [2, 48, 64]), dataset, shape)).toThrow(
    new UsageError(
      '--model: net.onnx tells 21 classes apart, but shapes/val has 5 (background, disc, square, triangle, ring)',
    ),
  );
});

test('an output of another size is refused, naming both shapes', () => {
  expect(() => checkOutput('net.onnx', outputOf(5, [2, 6, 8]), dataset, shape)).toThrow(
    new UsageError(
      '--model: net.onnx puts out classes of shape [2, 6, 8]; expected one for each pixel, [2, 48, 64]',
    ),
  );
});

test('one score per pixel goes with one class against the rest', () => {
  const output = outputOf(2, [2, 48, 64], true);
  expect(() => checkOutput('net.onnx', output, dataset, shape)).toThrow(
    new UsageError(
      '--model: net.onnx puts out one score per pixel, for 2 classes, but shapes/val has 5 (background, disc, square, triangle, ring); --foreground takes one of them against the rest',
    ),
  );
  expect(() => checkOutput('net.onnx', output, classAgainstRest(dataset, 1), shape)).not.toThrow();
});
