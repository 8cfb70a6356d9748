import type { Value } from '../../graph/value.js';
import type { Rewriting } from '../profile.js';

/** Mod of integers, in int32: a − b·⌊a/b⌋, which has the sign of b; with `fmod`, that of a. */
export const remaindersOfIntegers: Rewriting = {
  operator: 'Mod',
  reason: 'no kernel',
  rewrite: ({ graph, node, inputs }) => {
    if (node.input(0).dataType !== 'int32' && node.input(0).dataType !== 'int64') return undefined;
    const [a, b] = inputs.map((input) => graph.cast(input!, 'int32')) as [Value, Value];
    // Division of integers truncates.
    const rest = graph.subtract(a, graph.multiply(graph.divide(a, b), b));
    if (node.int('fmod') === 1) return [rest];
    const raised = graph.add(rest, b);
    const whereNegative = graph.where(graph.greater(rest, 0), raised, rest);
    const wherePositive = graph.where(graph.less(rest, 0), raised, rest);
    return [graph.where(graph.less(b, 0), whereNegative, wherePositive)];
  },
};
