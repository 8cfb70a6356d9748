import { expect, test } from '@jest/globals';
import { referenceTensor } from './reference-tensor.js';

test('a number is a scalar, a list a vector, and a shape arranges it', () => {
  expect(referenceTensor(2)).toEqual({ shape: [], data: Float64Array.of(2) });
  expect(referenceTensor([1, 2]).shape).toEqual([2]);
  expect(referenceTensor(Int32Array.of(1, 2), [2, 1])).toEqual({
    shape: [2, 1],
    data: Float64Array.of(1, 2),
  });
  expect(referenceTensor([], [0, 3]).data).toHaveLength(0);
});

test('the values are copied', () => {
  const values = Float64Array.of(1);
  const tensor = referenceTensor(values);
  values[0] = 2;
  expect(tensor.data[0]).toBe(1);
});

test.each([[[2]], [[-1, -3]], [[1.5, 2]]])('shape %p does not fit three values', (shape) => {
  expect(() => referenceTensor([1, 2, 3], shape)).toThrow(/3 values/);
});
