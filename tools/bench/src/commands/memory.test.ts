import { expect, test } from '@jest/globals';
import { memoryFigures, type MeasuredStep } from './memory.js';

const mebibyte = 2 ** 20;
const step = (planned: number, peaks: readonly number[]): MeasuredStep => ({
  planned: planned * mebibyte,
  peaks: peaks.map((peak) => peak * mebibyte),
  withArena: 140 * mebibyte,
});

test('the plan is judged by the median of the runs, whose spread stands beside it', () => {
  const figures = memoryFigures('ENet, kept', step(90, [101, 100, 99, 120, 98]));
  expect(figures.map(({ name, value, unit }) => [name, value, unit])).toEqual([
    ['ENet, kept: planned', 90, 'MiB'],
    ['ENet, kept: measured', 100, 'MiB'],
    ['ENet, kept: spread of the runs', 22, '%'],
    ['ENet, kept: planned / measured', 0.9, ''],
    ['ENet, kept: error of the plan', expect.closeTo(10, 9), '%'],
    ['ENet, kept: measured with the arena', 140, 'MiB'],
  ]);
  expect(figures.filter(({ must }) => must !== undefined).map(({ name, must }) => [name, must])).toEqual([
    ['ENet, kept: error of the plan', 20],
  ]);
});
