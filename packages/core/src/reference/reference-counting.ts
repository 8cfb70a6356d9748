import type { CountingOperations } from '../backend/tensor-backend.js';
import { broadcastIndices } from './broadcast.js';
import { byRow } from './by-row.js';
import type { ReferenceTensor } from './reference-tensor.js';

/** Counting of the reference backend, along the last axis. Results carry no gradient. */
export const referenceCounting: CountingOperations<ReferenceTensor> = {
  sqrt: ({ shape, data }) => ({ shape, data: data.map(Math.sqrt) }),
  floor: ({ shape, data }) => ({ shape, data: data.map(Math.floor) }),
  scatterAdd: (x, indices, length) => {
    const source = broadcastIndices(x.shape, indices.shape);
    return byRow(
      indices,
      (row, table, r) => {
        row.forEach((index, k) => {
          table[index] = table[index]! + x.data[source[r * row.length + k]!]!;
        });
      },
      length,
    );
  },
  suffixSum: (x) =>
    byRow(x, (row, result) => {
      let sum = 0;
      for (let k = row.length - 1; k >= 0; k--) result[k] = sum += row[k]!;
    }),
  gather: (table, indices) =>
    byRow(indices, (row, result, r) => {
      const start = r * table.shape.at(-1)!;
      row.forEach((index, k) => (result[k] = table.data[start + index]!));
    }),
};
