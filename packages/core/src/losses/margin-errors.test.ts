import { expect, test } from '@jest/globals';
import { referenceTensor } from '../reference/reference-tensor.js';
import { valueAndGradient } from '../reference/value-and-gradient.js';
import { type Activation, marginErrors } from './margin-errors.js';

/** The error of a score and its derivative. */
function errorOf(score: number, label: number, activation: Activation) {
  const { value, gradients } = valueAndGradient(
    (backend, x) => marginErrors(backend, x!, backend.constant(label), activation),
    [referenceTensor(score)],
  );
  return [value, gradients[0]!.data[0]!];
}

test.each([
  [0.25, 1, 0.75, -1],
  [0.25, 0, 1.25, 1],
  [3, 1, 0, 0],
  [-3, 0, 0, 0],
])('relu: score %p of label %p', (score, label, error, slope) => {
  expect(errorOf(score, label, 'relu')).toEqual([error, slope === 0 ? expect.closeTo(0) : slope]);
});

test.each([
  [0.25, 1, 1.75, -1],
  [0.25, 0, 2.25, 1],
  [1, 1, 1, -1],
  [3, 1, Math.exp(-2), -Math.exp(-2)],
  [-3, 0, Math.exp(-2), Math.exp(-2)],
])('elu+1: score %p of label %p', (score, label, error, slope) => {
  expect(errorOf(score, label, 'elu+1')).toEqual([error, slope]);
});
