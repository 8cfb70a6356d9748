import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import { sizeOf, sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { stridesOf } from '../shapes/strides.js';
import { scatterMode } from './indexing.js';
import { overwritesFirst } from '../graph/kernel-buffers.js';
import type { Operator } from '../graph/operator.js';

/** How many leading axes (after those of the batch) one index tuple addresses. */
function tupleLength(node: Node, batchAxes: number): number {
  const [data, indices] = [node.input(0), node.input(1)];
  const length = indices.shape.at(-1);
  if (
    length === undefined ||
    length < 1 ||
    batchAxes >= indices.rank ||
    batchAxes + length > data.rank ||
    !sameShape(data.shape.slice(0, batchAxes), indices.shape.slice(0, batchAxes))
  ) {
    throw node.error(
      `indices [${indices.shape.join(', ')}] do not address data [${data.shape.join(', ')}]` +
        (batchAxes > 0 ? ` with ${batchAxes} batch axes` : ''),
    );
  }
  return length;
}

/** Index tuples over axes of `lengths` as places in the flattened axes: the last axis of `indices` is summed away. */
function flatPlaces(graph: GraphWriter, indices: Value, lengths: readonly number[]): Value {
  const vector = (values: readonly number[]): Value =>
    graph.constant(values, [values.length], indices.dataType);
  // A negative index counts from the end.
  const negative = graph.cast(graph.less(indices, 0), indices.dataType);
  const counted = graph.add(indices, graph.multiply(negative, vector(lengths)));
  return graph.sum(graph.multiply(counted, vector(stridesOf(lengths))), [-1], false);
}

/** Gathering and scattering of slices that are addressed by tuples of indices: rewritten to one flat index. */
export const tupleIndexingOperators: readonly Operator[] = [
  {
    name: 'GatherND',
    inputs: [2, 2],
    attributes: { batch_dims: ['int', 0] },
    infer: (node) => {
      const [data, indices] = [node.input(0), node.input(1)];
      const batchAxes = node.int('batch_dims');
      const length = tupleLength(node, batchAxes);
      return [
        {
          dataType: data.dataType,
          shape: [...indices.shape.slice(0, -1), ...data.shape.slice(batchAxes + length)],
        },
      ];
    },
    rewrite: (graph, node) => {
      const [data, indices] = [node.input(0), node.input(1)];
      const batchAxes = node.int('batch_dims');
      const length = tupleLength(node, batchAxes);
      const lengths = data.shape.slice(batchAxes, batchAxes + length);
      const batch = sizeOf(data.shape.slice(0, batchAxes));
      const rest = data.shape.slice(batchAxes + length);
      const rows = graph.reshape(data, [batch * sizeOf(lengths), sizeOf(rest)]);
      const firstRows = graph.constant(
        Float64Array.from({ length: node.listLength(batch) }, (_, index) => index * sizeOf(lengths)),
        [batch, 1],
        indices.dataType,
      );
      const places = graph.add(graph.reshape(flatPlaces(graph, indices, lengths), [batch, -1]), firstRows);
      const gathered = graph.only('Gather', [rows, graph.reshape(places, [-1])], { axis: 0 });
      return [graph.reshape(gathered, [...indices.shape.slice(0, -1), ...rest])];
    },
  },
  {
    name: 'ScatterND',
    inputs: [3, 3],
    buffers: overwritesFirst,
    attributes: { reduction: ['string', 'none'] },
    infer: (node) => {
      scatterMode(node);
      const [data, indices, updates] = [node.input(0), node.input(1), node.input(2)];
      const expected = [...indices.shape.slice(0, -1), ...data.shape.slice(tupleLength(node, 0))];
      if (!sameShape(updates.shape, expected)) {
        throw node.error(
          `updates have shape [${updates.shape.join(', ')}], expected [${expected.join(', ')}]`,
        );
      }
      return [data.type];
    },
    rewrite: (graph, node) => {
      const [data, indices, updates] = [node.input(0), node.input(1), node.input(2)];
      const length = tupleLength(node, 0);
      const lengths = data.shape.slice(0, length);
      const inner = sizeOf(data.shape.slice(length));
      const places = graph.reshape(flatPlaces(graph, indices, lengths), [-1, 1]);
      const rows = [places.shape[0]!, inner];
      const scattered = graph.only(
        'ScatterElements',
        [
          graph.reshape(data, [sizeOf(lengths), inner]),
          graph.expand(places, rows),
          graph.reshape(updates, rows),
        ],
        { axis: 0, reduction: node.text('reduction') },
      );
      return [graph.reshape(scattered, data.shape)];
    },
  },
];
