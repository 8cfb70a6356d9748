import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from 'onnx-buf';
import { GraphBuilder } from '../builder/graph-builder.js';
import type { AttributeValue } from '../ir/attributes.js';
import { dataTypeOfNumber, describeDataTypeNumber } from '../ir/data-type.js';
import type { Tensor } from '../ir/tensor.js';
import type { Value, ValueType } from '../ir/value.js';
import { OnnxError } from '../onnx-error.js';
import { operatorNamed } from '../operators/registry.js';
import { decodeAttribute, decodeTensor, opsetOf } from './decode-model.js';
import { liftNode } from './lift-node.js';

/** A node as it stands in the file, with its inputs already in the graph. */
export interface ImportedNode {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** How many outputs the file names. */
  readonly outputCount: number;
}

export interface ImportOptions {
  /** Shapes of inputs, which bind their symbolic dimensions. Inputs of fixed shape may be left out. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** What stands for an initializer in the graph; `undefined` leaves it a constant. */
  readonly initializer?: (name: string, tensor: Tensor, graph: GraphBuilder) => Value | undefined;
  /** Operators that are written otherwise than they stand in the file, by name. */
  readonly overrides?: Readonly<
    Record<string, (graph: GraphBuilder, node: ImportedNode) => readonly Value[]>
  >;
}

export interface ImportedModel {
  readonly graph: GraphBuilder;
  readonly inputs: readonly Value[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
}

/**
 * Writes a model's graph anew through a {@link GraphBuilder}: shapes become known, arithmetic on shapes is folded,
 * composites are lowered and operators of older sets lifted.
 *
 * @throws OnnxError that names the node and the operator for what is not supported: other domains, functions, control
 *   flow, external data, unbound dimensions.
 */
export function importModel(model: ModelProto, options: ImportOptions = {}): ImportedModel {
  const proto = model.graph!;
  const opset = opsetOf(model);
  if (model.functions.length > 0) {
    throw new OnnxError(
      `the model defines functions of its own (${model.functions[0]!.name}), which are not supported`,
    );
  }
  const graph = new GraphBuilder();
  const values = new Map<string, Value>();
  const define = (name: string, value: Value): void => {
    if (values.has(name)) throw new OnnxError(`name '${name}' is defined twice`);
    values.set(name, value);
  };
  for (const initializer of proto.initializer) {
    const tensor = decodeTensor(initializer);
    define(
      initializer.name,
      options.initializer?.(initializer.name, tensor, graph) ?? graph.constantTensor(tensor),
    );
  }
  const fed = proto.input.filter((input) => !values.has(input.name));
  for (const name of Object.keys(options.inputShapes ?? {})) {
    if (!fed.some((input) => input.name === name)) {
      throw new OnnxError(
        `inputShapes names '${name}', but the inputs are ${fed.map((each) => `'${each.name}'`).join(', ')}`,
      );
    }
  }
  const inputs = fed.map((input) => {
    const type = inputType(input, options.inputShapes?.[input.name]);
    const value = graph.input(input.name, type.dataType, type.shape);
    define(input.name, value);
    return value;
  });
  for (const node of topological(proto, values)) {
    const results = importNode(graph, node, values, opset, options);
    node.output.forEach((name, position) => {
      if (name === '') return;
      const value = results[position];
      if (value === undefined) {
        throw new OnnxError(`output ${position} ('${name}') is not supported`, {
          operator: node.opType,
          node: node.name,
        });
      }
      define(name, value);
    });
  }
  const outputs = proto.output.map(({ name }) => {
    const value = values.get(name);
    if (value === undefined) throw new OnnxError(`output '${name}' is computed by no node`);
    return { name, value };
  });
  return { graph, inputs, outputs };
}

function importNode(
  graph: GraphBuilder,
  proto: NodeProto,
  values: ReadonlyMap<string, Value>,
  opset: number,
  options: ImportOptions,
): readonly Value[] {
  const place = { operator: proto.opType, node: proto.name };
  if (proto.domain !== '' && proto.domain !== 'ai.onnx') {
    throw new OnnxError(`is of domain '${proto.domain}'; supported is ai.onnx`, place);
  }
  const inputs = proto.input.map((name) => {
    if (name === '') return undefined;
    const value = values.get(name);
    if (value === undefined) throw new OnnxError(`reads '${name}', which nothing defines`, place);
    return value;
  });
  const attributes: Record<string, AttributeValue> = {};
  const schema =
    options.overrides?.[proto.opType] === undefined
      ? operatorNamed(proto.opType, proto.name).attributes
      : undefined;
  for (const attribute of proto.attribute) {
    const decoded = decodeAttribute(attribute);
    if (decoded === undefined) {
      throw new OnnxError(`attribute '${attribute.name}' is of a kind that is not supported`, place);
    }
    attributes[attribute.name] = decoded.value;
  }
  const lifted = liftNode(
    graph,
    { operator: proto.opType, name: proto.name, inputs, attributes, outputCount: proto.output.length },
    opset,
  );
  const override = options.overrides?.[proto.opType];
  if (override !== undefined) return override(graph, lifted);
  for (const name of Object.keys(lifted.attributes)) {
    if (schema?.[name] === undefined) throw new OnnxError(`attribute '${name}' is not supported`, place);
  }
  return graph.apply(lifted.operator, lifted.inputs, lifted.attributes, { name: proto.name });
}

function inputType(input: ValueInfoProto, bound: readonly number[] | undefined): ValueType {
  const place = { operator: 'input', node: input.name };
  const tensor = input.type?.value;
  if (tensor?.case !== 'tensorType') throw new OnnxError('is no tensor', place);
  const dataType = dataTypeOfNumber(tensor.value.elemType);
  if (dataType === undefined) {
    throw new OnnxError(
      `is of type ${describeDataTypeNumber(tensor.value.elemType)}, which is not supported`,
      place,
    );
  }
  const declared = tensor.value.shape?.dim.map((dimension) => dimension.value) ?? [];
  const describe = `[${declared.map((dimension) => String(dimension.value ?? '?')).join(', ')}]`;
  if (bound !== undefined && (tensor.value.shape === undefined || bound.length === declared.length)) {
    declared.forEach((dimension, axis) => {
      if (dimension.case === 'dimValue' && Number(dimension.value) !== bound[axis]) {
        throw new OnnxError(`has shape ${describe}, but inputShapes gives [${bound.join(', ')}]`, place);
      }
    });
    return { dataType, shape: bound };
  }
  if (bound !== undefined) {
    throw new OnnxError(`has shape ${describe}, but inputShapes gives [${bound.join(', ')}]`, place);
  }
  const shape = declared.map((dimension) => {
    if (dimension.case !== 'dimValue') {
      throw new OnnxError(
        `has shape ${describe}; its symbolic dimensions must be bound by inputShapes`,
        place,
      );
    }
    return Number(dimension.value);
  });
  return { dataType, shape };
}

/** The nodes in an order in which each comes after those it reads from; files in such an order keep it. */
function topological(graph: GraphProto, known: ReadonlyMap<string, Value>): readonly NodeProto[] {
  const producers = new Map<string, NodeProto>();
  for (const node of graph.node) {
    for (const name of node.output) {
      if (name === '') continue;
      if (producers.has(name) || known.has(name))
        throw new OnnxError(`'${name}' is computed by two nodes`, { operator: node.opType, node: node.name });
      producers.set(name, node);
    }
  }
  const order: NodeProto[] = [];
  const state = new Map<NodeProto, 'open' | 'done'>();
  for (const start of graph.node) {
    const stack = [start];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const seen = state.get(node);
      if (seen === 'done') {
        stack.pop();
        continue;
      }
      state.set(node, 'open');
      const missing = node.input
        .map((name) => producers.get(name))
        .filter((producer) => producer !== undefined && state.get(producer) !== 'done') as NodeProto[];
      const cycle = missing.find((producer) => state.get(producer) === 'open');
      if (cycle !== undefined)
        throw new OnnxError('is part of a cycle', { operator: cycle.opType, node: cycle.name });
      if (missing.length > 0) {
        stack.push(...missing.reverse());
        continue;
      }
      state.set(node, 'done');
      order.push(node);
      stack.pop();
    }
  }
  return order;
}
