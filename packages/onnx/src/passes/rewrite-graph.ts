import { liveNodes, readValues } from '../graph/live-nodes.js';
import { GraphBuilder } from '../graph-builder.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import type { Rewriting } from './profile.js';

/**
 * Writes a finished graph anew, with some of its operators replaced by others. Being the last pass, it sees gradients too, and
 * need not care for differentiation any more.
 *
 * @param rewritings in order: the first one that gives something else for a node is taken.
 * @returns the inputs and outputs in the new graph, in the order given and of the same types.
 */
export function rewriteGraph(
  inputs: readonly Value[],
  outputs: readonly Value[],
  rewritings: readonly Rewriting[],
): { readonly inputs: readonly Value[]; readonly outputs: readonly Value[] } {
  const graph = new GraphBuilder({ lookThrough: true });
  const nodes = liveNodes(outputs);
  const read = readValues(nodes, outputs);
  const renewed = new Map<Value, Value>(
    inputs.map((input) => [input, graph.input(input.name!, input.dataType, input.shape)]),
  );
  const renew = (value: Value): Value => {
    let counterpart = renewed.get(value);
    if (counterpart === undefined) {
      counterpart = graph.constantTensor(value.constant!, value.name);
      renewed.set(value, counterpart);
    }
    return counterpart;
  };
  const rewrite = (node: Node, operands: readonly (Value | undefined)[]): readonly Value[] => {
    const isRead = (position: number): boolean => read.has(node.outputs[position]!);
    for (const { operator, rewrite: attempt } of rewritings) {
      if (operator !== undefined && operator !== node.operator.name) continue;
      const results = attempt({ graph, node, inputs: operands, isRead });
      if (results !== undefined) return results;
    }
    return graph.apply(node.operator, operands, node.attributes, { name: node.name });
  };
  for (const node of nodes) {
    const operands = node.inputs.map((input) => (input === undefined ? undefined : renew(input)));
    const results = rewrite(node, operands);
    node.outputs.forEach((output, position) => {
      const result = results[position];
      if (result !== undefined) renewed.set(output, result);
    });
  }
  // A rewriting may compute in another type; what the graph promises stays.
  const promised = (value: Value): Value => {
    const counterpart = renew(value);
    return counterpart.dataType === value.dataType ? counterpart : graph.cast(counterpart, value.dataType);
  };
  return { inputs: inputs.map(renew), outputs: outputs.map(promised) };
}
