import type { CountingOperations } from '@lovasz/core';
import type { GraphWriter } from '../graph/graph-writer.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';

/** Counting in tables along the last axis, a row for each problem. */
export function countingOperations(graph: GraphWriter): CountingOperations<Value> {
  const rowsOf = (x: Value): Value => graph.reshape(x, [sizeOf(x.shape.slice(0, -1)), x.shape.at(-1)!]);
  // Clipped as an integer, so that a NaN among the errors cannot address anything; it still reaches the loss.
  const places = (indices: Value, length: number): Value =>
    graph.only('Clip', [
      graph.cast(rowsOf(indices), 'int32'),
      graph.constant(0, [], 'int32'),
      graph.constant(length - 1, [], 'int32'),
    ]);
  return {
    sqrt: (x) => graph.sqrt(x),
    floor: (x) => graph.only('Floor', [x]),
    scatterAdd: (x, indices, length) => {
      const { shape } = indices;
      const at = places(indices, length);
      const added = rowsOf(graph.expand(x, shape));
      const table = graph.only('ScatterElements', [graph.fill(0, [at.shape[0]!, length]), at, added], {
        axis: 1,
        reduction: 'add',
      });
      return graph.reshape(table, [...shape.slice(0, -1), length]);
    },
    suffixSum: (x) => {
      const sums = graph.only('CumSum', [rowsOf(x), graph.constant(1, [], 'int64')], { reverse: 1 });
      return graph.reshape(sums, x.shape);
    },
    gather: (table, indices) => {
      const at = places(indices, table.shape.at(-1)!);
      const found = graph.only('GatherElements', [rowsOf(table), at], { axis: 1 });
      return graph.reshape(found, indices.shape);
    },
  };
}
