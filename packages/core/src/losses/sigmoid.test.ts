import { expect, test } from '@jest/globals';
import { referenceTensor } from '../reference/reference-tensor.js';
import { valueAndGradient } from '../reference/value-and-gradient.js';
import { sigmoid } from './sigmoid.js';

test.each([0, 1e-9, -0.7, 3, 40, -40, 1e6, -1e6])('value and derivative at %p', (x) => {
  const { value, gradients } = valueAndGradient(
    (backend, variable) => sigmoid(backend, variable!),
    [referenceTensor(x)],
  );
  const expected = 1 / (1 + Math.exp(-x));
  const derivative = expected * (1 / (1 + Math.exp(x)));
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-15 * expected);
  expect(Math.abs(gradients[0]!.data[0]! - derivative)).toBeLessThanOrEqual(1e-15 * derivative);
});
