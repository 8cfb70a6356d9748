import { expect, test } from '@jest/globals';
import { referenceTensor } from '../reference/reference-tensor.js';
import { valueAndGradient } from '../reference/value-and-gradient.js';
import { negativeLogSigmoid } from './negative-log-sigmoid.js';

test.each([
  [0, Math.log(2), -0.5],
  [2, Math.log1p(Math.exp(-2)), -1 / (1 + Math.exp(2))],
  [-3, 3 + Math.log1p(Math.exp(-3)), -1 / (1 + Math.exp(-3))],
  [800, 0, 0],
  [-800, 800, -1],
])('of %p with its derivative', (x, expected, slope) => {
  const { value, gradients } = valueAndGradient(
    (backend, variable) => negativeLogSigmoid(backend, variable!),
    [referenceTensor(x)],
  );
  expect(value).toBeCloseTo(expected, 14);
  expect(gradients[0]!.data[0]).toBeCloseTo(slope, 14);
});
