import { GraphBuilder } from '../builder/graph-builder.js';
import type { Node } from '../ir/node.js';
import type { Value } from '../ir/value.js';
import { liveNodes } from '../model/encode-model.js';

/** How a node is written instead, from its inputs in the new graph; `undefined` leaves it as it is. */
export type Rewriting = (
  graph: GraphBuilder,
  node: Node,
  inputs: readonly (Value | undefined)[],
) => readonly Value[] | undefined;

/**
 * Writes a finished graph anew with some operators written otherwise. Being the last pass, it sees gradients too, and
 * need not care for differentiation any more.
 *
 * @param rewritings by the name of the operator.
 * @returns the inputs and outputs in the new graph, in the order given.
 */
export function rewriteGraph(
  inputs: readonly Value[],
  outputs: readonly Value[],
  rewritings: Readonly<Record<string, Rewriting>>,
): { readonly inputs: readonly Value[]; readonly outputs: readonly Value[] } {
  const graph = new GraphBuilder();
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
  for (const node of liveNodes(outputs)) {
    const operands = node.inputs.map((input) => (input === undefined ? undefined : renew(input)));
    const results =
      rewritings[node.operator.name]?.(graph, node, operands) ??
      graph.apply(node.operator, operands, node.attributes, { name: node.name });
    node.outputs.forEach((output, position) => {
      const result = results[position];
      if (result !== undefined) renewed.set(output, result);
    });
  }
  return { inputs: inputs.map(renew), outputs: outputs.map(renew) };
}
