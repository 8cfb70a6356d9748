import type { SortingOperations } from '../backend/tensor-backend.js';
import type { ReferenceTensor } from './reference-tensor.js';

/** Sorting and scanning of the reference backend, along the last axis. Results carry no gradient. */
export const referenceSorting: SortingOperations<ReferenceTensor> = {
  sortDescending: (x) => {
    const indices = byRow(x, (row, result) => {
      const order = Array.from(row.keys()).sort((a, b) => row[b]! - row[a]! || a - b);
      result.set(order);
    });
    return { values: referenceSorting.gather(x, indices), indices };
  },
  cumulativeSum: (x) =>
    byRow(x, (row, result) => {
      let sum = 0;
      row.forEach((value, k) => (result[k] = sum += value));
    }),
  gather: (x, indices) =>
    byRow(indices, (row, result, start) => {
      row.forEach((index, k) => (result[k] = x.data[start + index]!));
    }),
  scatter: (x, indices) =>
    byRow(indices, (row, result, start) => {
      row.forEach((index, k) => (result[index] = x.data[start + k]!));
    }),
};

/** Computes a tensor of the shape of `x` row by row; `start` is where the row lies in the data. */
function byRow(
  x: ReferenceTensor,
  compute: (row: Float64Array, result: Float64Array, start: number) => void,
): ReferenceTensor {
  const { shape } = x;
  const length = shape.at(-1)!;
  const data = new Float64Array(x.data.length);
  for (let start = 0; start < data.length; start += length) {
    compute(x.data.subarray(start, start + length), data.subarray(start, start + length), start);
  }
  return { shape, data };
}
