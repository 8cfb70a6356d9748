import type { SortingOperations } from '@lovasz/core';
import type { GraphWriter } from '../graph/graph-writer.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';

/** Sorting and scanning along the last axis. Indices are int64 values, opaque to their users. */
export function sortingOperations(graph: GraphWriter): SortingOperations<Value> {
  return {
    sortDescending: (x) => {
      const [values, indices] = graph.apply('TopK', [x, graph.integers([x.shape.at(-1)!])], { axis: -1 });
      return { values: values!, indices: indices! };
    },
    cumulativeSum: (x) => cumulativeSum(graph, x),
    gather: (x, indices) => graph.only('GatherElements', [x, indices], { axis: -1 }),
    scatter: (x, indices) =>
      graph.only('ScatterElements', [graph.fill(0, x.shape), indices, x], { axis: -1 }),
  };
}

/**
 * Running sums in blocks of about √n: the sums within each block plus those of the blocks before it. Some runtimes
 * compute CumSum in quadratic time, and float32 sums of blocks stay accurate.
 */
function cumulativeSum(graph: GraphWriter, x: Value): Value {
  const length = x.shape.at(-1)!;
  const rows = sizeOf(x.shape.slice(0, -1));
  const block = Math.max(Math.ceil(Math.sqrt(length)), 1);
  const blocks = Math.ceil(length / block);
  const flat = graph.pad(graph.reshape(x, [rows, length]), [0, 0], [0, blocks * block - length]);
  const apart = graph.reshape(flat, [rows, blocks, block]);
  const scan = (value: Value, axis: number, exclusive: 0 | 1): Value =>
    graph.only('CumSum', [value, graph.constant(axis, [], 'int64')], { exclusive });
  const before = scan(graph.sum(apart, [2]), 1, 1);
  const sums = graph.reshape(graph.add(scan(apart, 2, 0), before), [rows, blocks * block]);
  const cut = graph.slice(sums, { starts: [0], ends: [length], axes: [1] });
  return graph.reshape(cut, x.shape);
}
