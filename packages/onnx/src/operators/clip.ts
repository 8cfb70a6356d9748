import type { GraphWriter } from '../graph/graph-writer.js';
import type { Value } from '../graph/value.js';
import { overwritesFirst } from '../graph/kernel-buffers.js';
import type { Operator } from '../graph/operator.js';

/** Clip to bounds of which each may be left out. At a bound the gradient passes, as in PyTorch's clamp. */
export const clipOperators: readonly Operator[] = [
  {
    name: 'Clip',
    inputs: [1, 3],
    roles: [undefined, 'setting', 'setting'],
    buffers: overwritesFirst,
    infer: (node) => [node.input(0).type],
    rewrite: (_, node) => (node.hasInput(1) || node.hasInput(2) ? undefined : [node.input(0)]),
    evaluate: (_, [x, low, high]) => [
      {
        shape: x!.shape,
        data: x!.data.map((entry) =>
          Math.min(Math.max(entry, low?.data[0] ?? -Infinity), high?.data[0] ?? Infinity),
        ),
      },
    ],
    gradient: ({ graph, node, cotangent, needs }) => {
      const x = node.input(0);
      const [low, high] = [node.inputs[1], node.inputs[2]];
      const conditions: Value[] = [];
      if (node.hasInput(1)) conditions.push(graph.only('GreaterOrEqual', [x, node.input(1)]));
      if (node.hasInput(2)) conditions.push(graph.only('LessOrEqual', [x, node.input(2)]));
      // A bound gets what the entries beyond it would have got; of crossed bounds the upper one decides.
      const raised = low === undefined || high === undefined ? x : graph.maximum(x, low);
      const toHigh = needs(2) ? sumWhere(graph, graph.greater(raised, high!), cotangent, high!) : undefined;
      let below = needs(1) ? graph.less(x, low!) : undefined;
      if (below !== undefined && high !== undefined) {
        below = graph.only('And', [below, graph.only('LessOrEqual', [low!, high])]);
      }
      return [
        graph.where(
          conditions.reduce((a, b) => graph.only('And', [a, b])),
          cotangent,
          0,
        ),
        below === undefined ? undefined : sumWhere(graph, below, cotangent, low!),
        toHigh,
      ];
    },
  },
];

/** The sum of the entries where a condition holds, in the shape of a bound. */
function sumWhere(graph: GraphWriter, condition: Value, x: Value, bound: Value): Value {
  const chosen = graph.where(condition, x, 0);
  return graph.reshape(
    graph.sum(
      chosen,
      chosen.shape.map((_, axis) => axis),
    ),
    bound.shape,
  );
}
