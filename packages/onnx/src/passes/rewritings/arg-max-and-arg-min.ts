import type { Rewriting } from '../profile.js';

const reason = 'the kernel gives int64, which no other kernel but those of indices takes';

/** ArgMax and ArgMin, by comparing with the extreme and taking the first (or last) int32 place. */
export const argMaxAndArgMin: readonly Rewriting[] = (['ArgMax', 'ArgMin'] as const).map((operator) => ({
  operator,
  reason,
  rewrite: ({ graph, node, inputs: [x] }) => {
    const { rank, shape } = x!;
    const axis = node.int('axis') < 0 ? node.int('axis') + rank : node.int('axis');
    const length = shape[axis]!;
    const last = node.int('select_last_index') === 1;
    const extreme = graph.only(operator === 'ArgMax' ? 'ReduceMax' : 'ReduceMin', [
      x!,
      graph.integers([axis]),
    ]);
    // The largest score wins; NaN equals nothing and scores 0.
    const scores = graph.constant(
      Float64Array.from({ length }, (_, place) => (last ? place : length - 1 - place)),
      shape.map((_, each) => (each === axis ? length : 1)),
      'int32',
    );
    const score = graph.max(
      graph.where(graph.equal(x!, extreme), scores, 0),
      [axis],
      node.int('keepdims') === 1,
    );
    return [last ? score : graph.subtract(graph.constant(length - 1, [], 'int32'), score)];
  },
}));
