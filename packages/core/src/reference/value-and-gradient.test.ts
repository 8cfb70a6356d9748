import { expect, test } from '@jest/globals';
import { referenceTensor } from './reference-tensor.js';
import { valueAndGradient } from './value-and-gradient.js';

test('value and gradient of a product, to each factor', () => {
  const { value, gradients } = valueAndGradient(
    (backend, x, y) => backend.sum(backend.multiply(x!, y!), [0]),
    [referenceTensor([1, 2]), referenceTensor([3, 5])],
  );
  expect(value).toBe(13);
  expect(gradients.map(({ data }) => Array.from(data))).toEqual([
    [3, 5],
    [1, 2],
  ]);
});

test('what is used twice collects both shares', () => {
  // x² + x³ by way of a shared x².
  const { gradients } = valueAndGradient(
    (backend, x) => {
      const square = backend.multiply(x!, x!);
      return backend.add(square, backend.multiply(square, x!));
    },
    [referenceTensor(3)],
  );
  expect(gradients[0]!.data[0]).toBe(2 * 3 + 3 * 9);
});

test('an input that is not used has gradient 0', () => {
  const { gradients } = valueAndGradient((_, x) => x!, [referenceTensor(3), referenceTensor([1, 2], [2, 1])]);
  expect(gradients[1]).toEqual({ shape: [2, 1], data: Float64Array.of(0, 0) });
});

test('no gradient passes stopGradient', () => {
  const { value, gradients } = valueAndGradient(
    (backend, x) => backend.multiply(x!, backend.stopGradient(x!)),
    [referenceTensor(3)],
  );
  expect([value, gradients[0]!.data[0]]).toEqual([9, 3]);
});

test('inputs are left as they were', () => {
  const x = referenceTensor([1, 2]);
  valueAndGradient((backend, input) => backend.sum(backend.exp(input!), [0]), [x]);
  expect(x).toEqual(referenceTensor([1, 2]));
});

test('a loss of several numbers is refused', () => {
  expect(() => valueAndGradient((_, x) => x!, [referenceTensor([1, 2])])).toThrow(
    new RangeError('loss returned shape [2]; expected a scalar'),
  );
});
