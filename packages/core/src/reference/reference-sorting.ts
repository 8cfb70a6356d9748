import type { SortingOperations } from '../backend/tensor-backend.js';
import { byRow } from './by-row.js';
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
    byRow(indices, (row, result, r) => {
      row.forEach((index, k) => (result[k] = x.data[r * row.length + index]!));
    }),
  scatter: (x, indices) =>
    byRow(indices, (row, result, r) => {
      row.forEach((index, k) => (result[index] = x.data[r * row.length + k]!));
    }),
};
