import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type PlaneVector, piecewiseLinearExample } from './piecewise-linear-example.js';

const coordinate = fc.double({ min: -3, max: 3, noNaN: true });
const plane = fc.tuple(coordinate, coordinate);
const scale = fc.constantFrom(0.2, 1, 3);

test('known values and gradients', () => {
  const { value, gradient } = piecewiseLinearExample(2);
  expect([value([3, 1]), value([1, 5]), value([-1, -2])]).toEqual([6, 5, 0]);
  expect([gradient([3, 1]), gradient([1, 5]), gradient([-1, -2])]).toEqual([
    [2, 0],
    [0, 1],
    [0, 0],
  ]);
});

test('inside of a piece the proximal point is a step of gradient descent; on the edge it stays on it', () => {
  const { proximal } = piecewiseLinearExample(1);
  expect(proximal([5, 1], 2)).toEqual([4.5, 1]);
  expect(proximal([2, 2], 1)).toEqual([1.5, 1.5]);
  expect(proximal([-1, -1], 1)).toEqual([-1, -1]);
});

test('the proximal point is better than every other point', () => {
  fc.assert(
    fc.property(scale, plane, plane, fc.constantFrom(0.3, 1, 4), (nu, point, other, lambda) => {
      const { value, proximal } = piecewiseLinearExample(nu);
      const objective = (u: PlaneVector) =>
        value(u) + (lambda / 2) * ((u[0] - point[0]) ** 2 + (u[1] - point[1]) ** 2);
      const found = proximal(point, lambda);
      expect(objective(found)).toBeLessThanOrEqual(objective(other) + 1e-12);
      // Nearby as well, where a slightly wrong point would show.
      const near: PlaneVector = [found[0] + other[0] / 1e3, found[1] + other[1] / 1e3];
      expect(objective(found)).toBeLessThanOrEqual(objective(near) + 1e-12);
    }),
    { numRuns: 1000 },
  );
});

test('scales that are not positive are refused', () => {
  expect(() => piecewiseLinearExample(0)).toThrow(new RangeError('nu is 0; expected a finite number > 0'));
  expect(() => piecewiseLinearExample(1).proximal([0, 0], -1)).toThrow(/^lambda is -1/);
});
