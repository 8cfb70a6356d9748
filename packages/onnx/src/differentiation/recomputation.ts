import type { GraphWriter } from '../graph/graph-writer.js';
import type { Replay } from './differentiate.js';
import { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import type { Operator } from '../graph/operator.js';

/**
 * The same value, as another one. What is computed from it is not merged with what was computed from the original,
 * neither here nor by a runtime: it is written as a Reshape to the shape that the value has, which costs nothing.
 */
const again: Operator = {
  name: 'Again',
  writtenAs: 'Reshape',
  inputs: [1, 1],
  buffers: { aliases: true },
  infer: (node) => [node.input(0).type],
  evaluate: (_, [x]) => [x!],
};

/**
 * Activation checkpointing: the backward pass reads the values inside of a segment of the forward pass from a second
 * computation of that segment, so that the first can be forgotten. What segments hand on to each other is kept.
 *
 * (Griewank and Walther, 2000; Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear Memory Cost", 2016.)
 *
 * @param segments of the forward pass, in its order. The last one is not computed again: the backward pass begins there.
 * @returns for each node the one that gradients are written in terms of.
 */
export function recomputation(graph: GraphWriter, segments: readonly (readonly Node[])[]): Replay {
  const segmentOf = new Map<Node, readonly Node[]>();
  for (const segment of segments.slice(0, -1)) for (const node of segment) segmentOf.set(node, segment);
  const replayed = new Map<Node, Node>();
  return (node) => {
    const segment = segmentOf.get(node);
    if (segment === undefined) return node;
    if (!replayed.has(node)) replaySegment(graph, segment, replayed);
    return replayed.get(node)!;
  };
}

function replaySegment(graph: GraphWriter, segment: readonly Node[], replayed: Map<Node, Node>): void {
  const inside = new Map<Value, Value>();
  const counterpart = (value: Value): Value => {
    if (value.constant !== undefined) return value;
    let same = inside.get(value);
    if (same === undefined) {
      same = graph.apply(again, [value, graph.integers(value.shape)])[0]!;
      inside.set(value, same);
    }
    return same;
  };
  for (const node of segment) {
    if (node.operator.nondeterministic) {
      // A second run would give something else.
      replayed.set(node, node);
      for (const output of node.outputs) inside.set(output, counterpart(output));
      continue;
    }
    const inputs = node.inputs.map((input) => (input === undefined ? undefined : counterpart(input)));
    // Runtimes want names to be unique.
    const name = node.name === undefined || node.name === '' ? undefined : `${node.name}/again`;
    const copy = new Node(node.operator, inputs, node.attributes, name);
    copy.outputs = graph.apply(node.operator, inputs, node.attributes, { name });
    replayed.set(node, copy);
    node.outputs.forEach((output, position) => inside.set(output, copy.outputs[position]!));
  }
}
