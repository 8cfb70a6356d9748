import type { GraphWriter } from '../graph/graph-writer.js';
import { isFloatingPoint } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { OnnxError, withPlace } from '../graph/onnx-error.js';
import { sameShape } from '../graph/tensor.js';

/**
 * Reverse-mode differentiation: appends to the graph the nodes that compute the gradient of `output` with respect to
 * each value of `inputs`, weighted by `cotangent` (1 for a scalar when left out).
 *
 * A value that is used twice accumulates both gradients. An input on which the output does not depend has gradient 0.
 *
 * @throws OnnxError when an operator on the way has no gradient (it names the node and the path that leads there), or
 *   when an input is a constant: what is computed from those may be computed while the graph is built.
 *
 * @example
 * const graph = new GraphBuilder();
 * const x = graph.input('x', 'float32', [3]);
 * const [dx] = differentiate(graph, graph.sum(graph.multiply(x, x), [0], false), [x]); // 2x
 */
export function differentiate(
  graph: GraphWriter,
  output: Value,
  inputs: readonly Value[],
  cotangent?: Value,
): readonly Value[] {
  return differentiateOutputs(graph, [{ output, cotangent: cotangent ?? one(graph, output) }], inputs);
}

/** Gives for a node one that computes the same, in terms of which its gradient is written. */
export type Replay = (node: Node) => Node;

/** An output to differentiate, and by how much each of its entries counts. */
export interface Seed {
  readonly output: Value;
  readonly cotangent: Value;
}

/** What {@link backpropagate} gives. */
export interface Backpropagation {
  /** For each input its gradient; `undefined` where none reached it, which is not the same as one of zeros. */
  readonly gradients: readonly (Value | undefined)[];
  /** Whether the gradient of the node's outputs ends there: the node's rule has none for that input. */
  endsAt(node: Node, position: number): boolean;
}

/** As {@link differentiate}, for the sum over several outputs, each with its cotangent. */
export function differentiateOutputs(
  graph: GraphWriter,
  outputs: readonly Seed[],
  inputs: readonly Value[],
): readonly Value[] {
  inputs.forEach((input, place) => {
    if (input.constant === undefined) return;
    throw new OnnxError(
      `inputs[${place}] is a constant, and what depends on it may have been computed while the graph was built; declare it with graph.input(…) before it is used`,
    );
  });
  const { gradients } = backpropagate(graph, outputs, inputs);
  return inputs.map((input, place) => gradients[place] ?? graph.fill(0, input.shape, input.dataType));
}

/**
 * As {@link differentiateOutputs}, telling which inputs no gradient reached and where it ended.
 *
 * @param replay where gradients read the values of the forward pass from; by default from the forward pass itself.
 */
export function backpropagate(
  graph: GraphWriter,
  outputs: readonly Seed[],
  inputs: readonly Value[],
  replay: Replay = (node) => node,
): Backpropagation {
  const nodes = [...graph.nodes];
  const active = activeValues(nodes, inputs);
  const cotangents = new Map<Value, Value>();
  const ends = new Map<Node, ReadonlySet<number>>();
  const accumulate = (value: Value, gradient: Value): void => {
    if (!sameShape(gradient.shape, value.shape) || gradient.dataType !== value.dataType) {
      throw new OnnxError(
        `a cotangent of type ${gradient.dataType}[${gradient.shape.join(', ')}] was given for a value of type ${value.dataType}[${value.shape.join(', ')}]`,
      );
    }
    const before = cotangents.get(value);
    cotangents.set(value, before === undefined ? gradient : graph.add(before, gradient));
  };
  for (const { output, cotangent } of outputs) accumulate(output, cotangent);

  for (const node of nodes.reverse()) {
    const given = node.outputs.map((output) => (active.has(output) ? cotangents.get(output) : undefined));
    if (given.every((each) => each === undefined)) continue;
    if (node.operator.gradient === undefined) throw noRule(node, active, inputs);
    const first = node.output();
    const { gradient } = node.operator;
    const gradients = withPlace({ operator: node.operator.name, node: node.name }, () =>
      gradient({
        graph,
        node: replay(node),
        cotangent:
          given[0] ??
          graph.fill(0, first.shape, isFloatingPoint(first.dataType) ? first.dataType : 'float32'),
        cotangents: given,
        needs: (position) => {
          const value = node.inputs[position];
          return value !== undefined && active.has(value);
        },
      }),
    );
    const ended = new Set<number>();
    node.inputs.forEach((input, position) => {
      const gradient = gradients[position];
      if (input === undefined || !active.has(input)) return;
      if (gradient === undefined) ended.add(position);
      else accumulate(input, gradient);
    });
    ends.set(node, ended);
  }
  return {
    gradients: inputs.map((input) => cotangents.get(input)),
    endsAt: (node, position) => ends.get(node)?.has(position) ?? false,
  };
}

function one(graph: GraphWriter, output: Value): Value {
  if (output.shape.length > 0 && !output.shape.every((length) => length === 1)) {
    throw new OnnxError(
      `output has shape [${output.shape.join(', ')}]; without a cotangent it must be a scalar`,
    );
  }
  return graph.constant([1], output.shape, output.dataType);
}

/** The floating-point values that depend on `inputs`. */
function activeValues(nodes: readonly Node[], inputs: readonly Value[]): ReadonlySet<Value> {
  const active = new Set(inputs);
  for (const node of nodes) {
    if (node.operator.name === 'StopGradient') continue;
    if (!node.inputs.some((input) => input !== undefined && active.has(input))) continue;
    for (const output of node.outputs) if (isFloatingPoint(output.dataType)) active.add(output);
  }
  return active;
}

/** Names the node without a gradient, and how the nearest input reaches it. */
function noRule(node: Node, active: ReadonlySet<Value>, inputs: readonly Value[]): OnnxError {
  const path: string[] = [];
  let value = node.inputs.find((input) => input !== undefined && active.has(input));
  while (value !== undefined && !inputs.includes(value)) {
    const producer: Node | undefined = value.producer;
    if (producer === undefined) break;
    path.unshift(producer.name ?? producer.operator.name);
    value = producer.inputs.find((input) => input !== undefined && active.has(input));
  }
  const start = value?.name === undefined ? 'a trained value' : `'${value.name}'`;
  return node.error(
    `this operator has no gradient, but ${[start, ...path].join(' → ')} depends on it; freeze what lies before it or replace the operator`,
  );
}
