import type { GraphWriter } from '../../graph/graph-writer.js';
import type { Value } from '../../graph/value.js';
import type { Rewriting } from '../profile.js';

/** x − max − log Σ exp(x − max), along an axis. */
export function logSoftmax(graph: GraphWriter, x: Value, axis: number): Value {
  const centred = graph.subtract(x, graph.max(x, [axis]));
  return graph.subtract(centred, graph.log(graph.sum(graph.exp(centred), [axis])));
}

export const logSoftmaxByParts: Rewriting = {
  operator: 'LogSoftmax',
  reason: 'no kernel',
  rewrite: ({ graph, node, inputs: [x] }) => {
    const axis = node.int('axis');
    return [logSoftmax(graph, x!, axis < 0 ? axis + x!.rank : axis)];
  },
};
