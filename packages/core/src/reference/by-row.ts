import type { ReferenceTensor } from './reference-tensor.js';

/**
 * Computes a tensor row by row along its last axis.
 *
 * @param length of the rows of the result; that of `x` by default.
 * @param compute fills the result of a row, given the row and its number.
 */
export function byRow(
  x: ReferenceTensor,
  compute: (row: Float64Array, result: Float64Array, index: number) => void,
  length: number = x.shape.at(-1)!,
): ReferenceTensor {
  const own = x.shape.at(-1)!;
  const rows = own === 0 ? 0 : x.data.length / own;
  const data = new Float64Array(rows * length);
  for (let index = 0; index < rows; index++) {
    const row = x.data.subarray(index * own, (index + 1) * own);
    compute(row, data.subarray(index * length, (index + 1) * length), index);
  }
  return { shape: [...x.shape.slice(0, -1), length], data };
}
