import { create } from '@bufbuild/protobuf';
import {
  NodeProtoSchema,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
} from 'onnx-buf';
import { copyMessage } from './copy-message.js';

/**
 * A model as it predicts, in whatever mode it was exported: batch normalization by its running statistics, dropout as
 * the identity, wherever they stand. A batch normalization of what depends on no input of the model, as
 * weight-standardised convolutions write it, keeps the mode it has: its batch are the weights themselves.
 */
export function inferenceForm(model: ModelProto): ModelProto {
  const graph = model.graph!;
  const fed = new Set(graph.input.map(({ name }) => name));
  for (const { name } of graph.initializer) fed.delete(name);
  const inner = settledGraph(graph, fed);
  const operands = varyingOperands(model, fed);
  const functions = model.functions.map((each) => {
    const inputs = varyingInputs(each, operands);
    const node = settledNodes(each.node, inputs);
    return node === each.node ? each : copyMessage(each, { node });
  });
  return inner === graph && functions.every((each, place) => each === model.functions[place])
    ? model
    : copyMessage(model, { graph: inner, functions });
}

/** Which operands of each function depend on an input of the model, in some call. */
function varyingOperands(
  model: ModelProto,
  fed: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<number>> {
  const operands = new Map(model.functions.map((each) => [keyOf(each), new Set<number>()]));
  const visit = (nodes: readonly NodeProto[], outside: ReadonlySet<string>): void => {
    const varying = withDependents(nodes, outside);
    for (const node of nodes) {
      const called = operands.get(`${node.domain}:${node.opType}`);
      if (called !== undefined)
        for (const [position, name] of node.input.entries()) if (varying.has(name)) called.add(position);
      for (const { g } of node.attribute)
        if (g !== undefined) visit(g.node, new Set([...varying, ...g.input.map(({ name }) => name)]));
    }
  };
  visit(model.graph!.node, fed);
  const count = (): number => [...operands.values()].reduce((sum, each) => sum + each.size, 0);
  // Functions call each other: once more, until nothing is added.
  for (let before = -1; before !== count();) {
    before = count();
    for (const each of model.functions) visit(each.node, varyingInputs(each, operands));
  }
  return operands;
}

const keyOf = ({ domain, name }: FunctionProto): string => `${domain}:${name}`;

function varyingInputs(
  called: FunctionProto,
  operands: ReadonlyMap<string, ReadonlySet<number>>,
): ReadonlySet<string> {
  return new Set(called.input.filter((_, position) => operands.get(keyOf(called))!.has(position)));
}

/** @param varying what depends on an input of the model, of what is defined around the graph. */
function settledGraph(graph: GraphProto, varying: ReadonlySet<string>): GraphProto {
  const node = settledNodes(graph.node, varying);
  return node === graph.node ? graph : copyMessage(graph, { node });
}

function settledNodes(nodes: NodeProto[], outside: ReadonlySet<string>): NodeProto[] {
  const varying = withDependents(nodes, outside);
  const settled = nodes.flatMap((node) => {
    const inner = settledBodies(node, varying);
    if (inner.domain !== '' && inner.domain !== 'ai.onnx') return [inner];
    if (inner.opType === 'Dropout') return [settledDropout(inner)];
    if (inner.opType !== 'BatchNormalization' || !varying.has(inner.input[0]!)) return [inner];
    return settledNormalization(inner);
  });
  return settled.length === nodes.length && settled.every((each, place) => each === nodes[place])
    ? nodes
    : settled;
}

function settledBodies(node: NodeProto, varying: ReadonlySet<string>): NodeProto {
  let changed = false;
  const attribute = node.attribute.map((each) => {
    if (each.g === undefined) return each;
    // What a loop hands to its body varies with what the loop reads.
    const inside = new Set([...varying, ...each.g.input.map(({ name }) => name)]);
    const g = settledGraph(each.g, inside);
    if (g === each.g) return each;
    changed = true;
    return copyMessage(each, { g });
  });
  return changed ? copyMessage(node, { attribute }) : node;
}

/** From set 12 on the mode is an input, and without it dropout is the identity, as before. */
function settledDropout(node: NodeProto): NodeProto {
  return node.input.length > 2 ? copyMessage(node, { input: node.input.slice(0, 2) }) : node;
}

/** Set 6 is read only where it says `is_test`. Sets 7 to 13 say by the number of outputs that the batch normalizes, set 14 by `training_mode`. */
function settledNormalization(node: NodeProto): NodeProto[] {
  const attribute = node.attribute.filter(({ name }) => name !== 'training_mode');
  const same = attribute.length === node.attribute.length && node.output.length === 1;
  // Running statistics stay as they are.
  const statistics = node.output.slice(1).flatMap((name, place) =>
    name === ''
      ? []
      : [
          create(NodeProtoSchema, {
            opType: 'Identity',
            input: [node.input[3 + (place % 2)]!],
            output: [name],
          }),
        ],
  );
  return same ? [node] : [copyMessage(node, { attribute, output: node.output.slice(0, 1) }), ...statistics];
}

/** The names, and whatever is computed from them; a shape says nothing of the entries. Nodes need not be in order. */
function withDependents(nodes: readonly NodeProto[], names: ReadonlySet<string>): ReadonlySet<string> {
  const varying = new Set(names);
  let before = -1;
  while (before !== varying.size) {
    before = varying.size;
    for (const node of nodes) {
      if (node.opType === 'Shape' || node.opType === 'Size') continue;
      if (readsOne(node, varying)) for (const name of node.output) if (name !== '') varying.add(name);
    }
  }
  return varying;
}

/** Whether a node reads one of the names, or a graph inside of it does. */
function readsOne(node: NodeProto, names: ReadonlySet<string>): boolean {
  return (
    node.input.some((name) => names.has(name)) ||
    node.attribute.some(
      ({ g }) =>
        g !== undefined &&
        (g.node.some((each) => readsOne(each, names)) || g.output.some(({ name }) => names.has(name))),
    )
  );
}
