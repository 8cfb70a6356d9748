import { expect, test } from '@jest/globals';
import { momentumDescent } from './momentum-descent.js';

const identity = (point: Float64Array) => point;

test('known points without and with momentum', () => {
  const points = (momentum: number) =>
    momentumDescent(identity, [8], { learningRate: 0.5, momentum, steps: 3 }).map(([x]) => x);
  expect(points(0)).toEqual([8, 4, 2, 1]);
  // v: 8, 0.5·8 + 4 = 8, 0.5·8 + 0 = 4.
  expect(points(0.5)).toEqual([8, 4, 0, -2]);
});

test('a constant gradient is amplified to 1/(1 − α) of itself', () => {
  const points = momentumDescent(() => [1], [0], { learningRate: 1, momentum: 0.9, steps: 300 });
  expect(points[299]![0]! - points[300]![0]!).toBeCloseTo(10, 10);
});

test('no step leaves the start, which is copied', () => {
  const start = Float64Array.of(1, 2);
  const [only, ...rest] = momentumDescent(identity, start, { learningRate: 1, steps: 0 });
  start[0] = 9;
  expect([only, rest]).toEqual([Float64Array.of(1, 2), []]);
});

test.each([
  [{ learningRate: 0, steps: 1 }, 'learningRate is 0; expected a number > 0'],
  [{ learningRate: 1, momentum: 1.5, steps: 1 }, 'momentum is 1.5; expected a number in 0…1'],
  [{ learningRate: 1, steps: 1.5 }, 'steps is 1.5; expected an integer ≥ 0'],
])('%p is refused', (options, message) => {
  expect(() => momentumDescent(identity, [1], options)).toThrow(new RangeError(message));
});

test('a gradient of another length is refused', () => {
  expect(() => momentumDescent(() => [1, 2], [1], { learningRate: 1, steps: 1 })).toThrow(
    new RangeError('gradient has 2 entries; expected 1, as the start'),
  );
});
