import type { Value } from '../ir/value.js';
import type { Operator } from './operator.js';

/** Clip to bounds of which each may be left out. At a bound the gradient passes, as in PyTorch's clamp. */
export const clipOperators: readonly Operator[] = [
  {
    name: 'Clip',
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
    gradient: ({ graph, node, cotangent }) => {
      const x = node.input(0);
      const conditions: Value[] = [];
      if (node.hasInput(1)) conditions.push(graph.only('GreaterOrEqual', [x, node.input(1)]));
      if (node.hasInput(2)) conditions.push(graph.only('LessOrEqual', [x, node.input(2)]));
      return [
        graph.where(
          conditions.reduce((a, b) => graph.only('And', [a, b])),
          cotangent,
          0,
        ),
      ];
    },
  },
];
