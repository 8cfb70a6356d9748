import type { GraphWriter } from '../../graph/graph-writer.js';
import type { Value } from '../../graph/value.js';
import type { Rewriting } from '../profile.js';

const both = (graph: GraphWriter, a: Value, b: Value): Value => graph.only('And', [a, b]);
const either = (graph: GraphWriter, a: Value, b: Value): Value =>
  graph.not(both(graph, graph.not(a), graph.not(b)));

/** Or and Xor. */
export const logicByAnd: readonly Rewriting[] = [
  { operator: 'Or', reason: 'no kernel', rewrite: ({ graph, inputs: [a, b] }) => [either(graph, a!, b!)] },
  {
    operator: 'Xor',
    reason: 'no kernel',
    rewrite: ({ graph, inputs: [a, b] }) => [
      both(graph, either(graph, a!, b!), graph.not(both(graph, a!, b!))),
    ],
  },
];

/** Where of bool: (condition ∧ a) ∨ (¬condition ∧ b). */
export const choiceOfBools: Rewriting = {
  operator: 'Where',
  reason: 'no kernel for bool',
  rewrite: ({ graph, inputs: [condition, a, b] }) => {
    if (a!.dataType !== 'bool') return undefined;
    return [either(graph, both(graph, condition!, a!), both(graph, graph.not(condition!), b!))];
  },
};
