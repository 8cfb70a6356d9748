import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  ValueInfoProto,
} from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import type { AttributeValue } from '../graph/attributes.js';
import { dataTypeOfNumber, describeDataTypeNumber } from '../graph/data-type.js';
import { Value, type ValueType } from '../graph/value.js';
import { OnnxError, withPlace, type Place } from '../graph/onnx-error.js';
import { declaredLength } from './declared-length.js';
import { checkInputs } from './check-inputs.js';
import { operatorNamed } from '../operators/registry.js';
import { ownProperty } from '../graph/own-property.js';
import { attributeKind } from './attribute-kinds.js';
import { applyContributed } from './contributed-operators.js';
import { controlOperators } from './control-flow.js';
import { copyMessage } from './copy-message.js';
import { decodeAttribute, decodeTensor, decodeTensorType, opsetOf } from './decode-model.js';
import type { ImportedNode } from './imported-node.js';
import { liftNode } from './lift-node.js';
import { sequenceOperators } from './sequence-operators.js';

export interface ImportOptions {
  /** Shapes of inputs, which bind their symbolic dimensions. Inputs of fixed shape may be left out. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** What stands for an initializer in the graph; `undefined` leaves it a constant. */
  readonly initializer?: (name: string, type: ValueType, graph: GraphBuilder) => Value | undefined;
  /** What is written in place of operators of the file, by their name. */
  readonly overrides?: Readonly<
    Record<string, (graph: GraphBuilder, node: ImportedNode) => readonly Value[]>
  >;
  /**
   * Whether nodes that compute the same become one. Default true. `false` is for files that compute something twice on
   * purpose, as a training step with recomputation does.
   */
  readonly share?: boolean;
}

export interface ImportedModel {
  readonly graph: GraphBuilder;
  readonly inputs: readonly Value[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
}

/**
 * Writes a model's graph anew through a {@link GraphBuilder}: shapes become known, arithmetic on shapes is folded,
 * composites are lowered, operators of other sets are rewritten for set 18, functions inlined, branches chosen and loops
 * unrolled.
 *
 * @throws OnnxError that names the node and the operator for what is not supported: other domains, loops whose number of
 *   steps data decides, external data, unbound dimensions.
 */
export function importModel(model: ModelProto, options: ImportOptions = {}): ImportedModel {
  const proto = model.graph!;
  const graph = new GraphBuilder(options);
  const scope: Scope = new Map();
  const context: Context = {
    graph,
    options,
    opset: opsetOf(model),
    functions: new Map(model.functions.map((each) => [`${each.domain}:${each.name}`, each])),
    absent: new Map(),
    calls: [],
    budget: { nodes: mostNodes },
  };
  defineInitializers(proto, scope, context, (name, type) => options.initializer?.(name, type, graph));
  for (const { values } of proto.sparseInitializer) {
    throw new OnnxError('is sparse, which is not supported', { operator: 'initializer', node: values?.name });
  }
  const fed = proto.input.filter((input) => !scope.has(input.name));
  for (const name of Object.keys(options.inputShapes ?? {})) {
    if (!fed.some((input) => input.name === name)) {
      throw new OnnxError(
        `names '${name}', but the inputs are ${fed.map((each) => `'${each.name}'`).join(', ')}`,
        { option: 'inputShapes' },
      );
    }
  }
  const inputs = fed.map((input) => {
    if (input.name === '') throw new OnnxError('an input of the model has no name');
    const type = inputType(input, ownProperty(options.inputShapes, input.name));
    const value = graph.input(input.name, type.dataType, type.shape);
    define(scope, input.name, value);
    return value;
  });
  importNodes(proto.node, scope, context);
  const names = proto.output.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined) throw new OnnxError(`output '${twice}' is listed twice`);
  const outputs = proto.output.map(({ name }) => ({ name, value: tensorNamed(name, scope, context) }));
  return { graph, inputs, outputs };
}

/** Limits of what functions may become, far above those of networks. */
const mostNodes = 1 << 18;
const deepestCall = 100;

/** What names stand for: tensors, and sequences of them, which exist while the model is read only. */
type Scope = Map<string, Value | readonly Value[]>;

interface Context {
  readonly graph: GraphBuilder;
  readonly options: ImportOptions;
  readonly opset: number;
  /** The model's own functions, by `domain:name`. */
  readonly functions: ReadonlyMap<string, FunctionProto>;
  /** Outputs that are not computed, such as the mask of a dropout: an error only where something reads them. */
  readonly absent: Map<string, { readonly node: NodeProto; readonly position: number }>;
  /** The functions that are being inlined, outermost first. */
  readonly calls: readonly string[];
  /** How many more nodes may be written: a few functions that call each other twice make millions, as loops do. */
  readonly budget: { nodes: number };
  /** Inside of a function: the attributes of the node that called it. */
  readonly callAttributes?: ReadonlyMap<string, AttributeProto>;
}

function define(scope: Scope, name: string, value: Value | readonly Value[]): void {
  if (scope.has(name)) throw new OnnxError(`name '${name}' is defined twice`);
  scope.set(name, value);
}

function defineInitializers(
  proto: GraphProto,
  scope: Scope,
  { graph }: Context,
  insteadOf?: (name: string, type: ValueType) => Value | undefined,
): void {
  for (const initializer of proto.initializer) {
    // What is fed at every run is not read: weights may be larger than memory.
    const { name } = initializer;
    const value = insteadOf?.(name, decodeTensorType(initializer));
    define(scope, name, value ?? graph.constantTensor(decodeTensor(initializer)));
  }
}

function tensorNamed(name: string, scope: Scope, context: Context): Value {
  const value = scope.get(name);
  if (value === undefined) {
    throw undefinedName(name, new OnnxError(`output '${name}' is computed by no node`), context);
  }
  if (value instanceof Value) return value;
  throw new OnnxError(`output '${name}' is a sequence, expected a tensor`);
}

function importNodes(nodes: readonly NodeProto[], scope: Scope, context: Context): void {
  for (const node of topological(nodes, scope)) {
    spend(context, node);
    const results = withPlace(placeOf(node), () => importNode(node, scope, context));
    node.output.forEach((name, position) => {
      if (name === '') return;
      const value = results[position];
      if (value === undefined) context.absent.set(name, { node, position });
      else define(scope, name, value);
    });
  }
}

/** Counts a node, or a graph inside of one, towards the limit. */
function spend({ budget }: Context, node: NodeProto): void {
  if (budget.nodes-- > 0) return;
  throw new OnnxError(
    `makes more than ${mostNodes} nodes of the model when functions are inlined and loops unrolled`,
    placeOf(node),
  );
}

/** How errors call a node: by its name, or by its first output if it has none. */
function placeOf(node: NodeProto): Place {
  return {
    operator: node.opType,
    node: node.name === '' ? node.output.find((name) => name !== '') : node.name,
  };
}

/** Why a name that a node reads stands for nothing. */
function undefinedName(name: string, otherwise: OnnxError, { absent }: Context): OnnxError {
  const output = absent.get(name);
  if (output === undefined) return otherwise;
  return new OnnxError(
    `output ${output.position} ('${name}') is read, but not supported`,
    placeOf(output.node),
  );
}

function importNode(proto: NodeProto, scope: Scope, context: Context): readonly (Value | readonly Value[])[] {
  const { graph, options, opset } = context;
  const place = placeOf(proto);
  const called = context.functions.get(`${proto.domain}:${proto.opType}`);
  const operands = proto.input.map((name) => {
    if (name === '') return undefined;
    const value = scope.get(name);
    if (value === undefined) {
      throw undefinedName(name, new OnnxError(`reads '${name}', which nothing defines`, place), context);
    }
    return value;
  });
  const attributeProtos = proto.attribute.flatMap((attribute) => {
    if (attribute.refAttrName === '') return [attribute];
    const given = context.callAttributes?.get(attribute.refAttrName);
    return given === undefined ? [] : [copyMessage(given, { name: attribute.name })];
  });
  if (called !== undefined) return inlineFunction(called, proto, operands, attributeProtos, context);
  const domain = proto.domain === 'ai.onnx' ? '' : proto.domain;
  if (domain === '' && Object.hasOwn(controlOperators, proto.opType)) {
    return importControl(proto, operands, attributeProtos, scope, context);
  }
  const attributes = decodeAttributes(attributeProtos, proto);
  const node = {
    operator: proto.opType,
    name: place.node ?? '',
    attributes,
    outputCount: proto.output.length,
  };
  const sequenceOperator = domain === '' ? ownProperty(sequenceOperators, proto.opType) : undefined;
  if (sequenceOperator !== undefined) return [sequenceOperator(graph, { ...node, inputs: operands })];
  const inputs = operands.map((value, position) => {
    if (value === undefined || value instanceof Value) return value;
    throw new OnnxError(`input ${position} is a sequence, expected a tensor`, place);
  });
  if (domain === 'com.microsoft') return applyContributed(graph, { ...node, inputs });
  if (domain !== '') {
    throw new OnnxError(`is of domain '${domain}'; supported are ai.onnx and parts of com.microsoft`, place);
  }
  const lifted = liftNode(graph, { ...node, inputs }, opset);
  const { attributes: schema, inputs: count } = operatorNamed(lifted.operator, lifted.name);
  checkInputs(lifted.inputs, count, place);
  const override = ownProperty(options.overrides, lifted.operator);
  if (override !== undefined) return override(graph, lifted);
  for (const name of Object.keys(lifted.attributes)) {
    if (ownProperty(schema, name) === undefined)
      throw new OnnxError(`attribute '${name}' is not supported`, place);
  }
  const outputs = graph.apply(lifted.operator, lifted.inputs, lifted.attributes, { name: lifted.name });
  return lifted.restore?.(outputs) ?? outputs;
}

function decodeAttributes(
  attributes: readonly AttributeProto[],
  node: NodeProto,
): Readonly<Record<string, AttributeValue>> {
  return Object.fromEntries(
    attributes.map((attribute) => {
      const decoded = decodeAttribute(attribute);
      if (decoded === undefined) {
        throw new OnnxError(
          `attribute '${attribute.name}' is of a kind that is not supported`,
          placeOf(node),
        );
      }
      const expected = attributeKind(node.opType, attribute.name);
      if (expected !== undefined && decoded.kind !== expected) {
        throw new OnnxError(
          `attribute '${attribute.name}' is ${decoded.kind}, expected ${expected}`,
          placeOf(node),
        );
      }
      return [attribute.name, decoded.value];
    }),
  );
}

/** The outputs of an operator that holds graphs, which may read what is defined around them. */
function importControl(
  proto: NodeProto,
  inputs: readonly (Value | readonly Value[] | undefined)[],
  attributeProtos: readonly AttributeProto[],
  scope: Scope,
  context: Context,
): readonly (Value | readonly Value[])[] {
  const place = placeOf(proto);
  const bodies = new Map(attributeProtos.map((attribute) => [attribute.name, attribute.g]));
  return controlOperators[proto.opType]!(
    context.graph,
    {
      operator: proto.opType,
      name: place.node ?? '',
      inputs,
      attributes: decodeAttributes(
        attributeProtos.filter((attribute) => attribute.g === undefined),
        proto,
      ),
      body: (name) => {
        const body = bodies.get(name);
        if (body === undefined) {
          throw new OnnxError(`attribute '${name}' is missing`, place);
        }
        return body;
      },
      write: (body, bound, capture = (value) => value) => {
        spend(context, proto);
        // Names inside of the graph hide those outside; the graph defines none for the outside.
        const inner: Scope = new Map();
        for (const name of namesReadFrom(body)) {
          const value = scope.get(name);
          if (value !== undefined) {
            inner.set(name, value instanceof Value ? capture(value) : value.map(capture));
          }
        }
        body.input.forEach((input, position) => {
          const value = bound[position];
          if (value !== undefined) define(inner, input.name, value);
        });
        defineInitializers(body, inner, context);
        importNodes(body.node, inner, context);
        return body.output.map(({ name }) => {
          const value = inner.get(name);
          if (value === undefined) {
            throw new OnnxError(`output '${name}' of its graph is computed by no node`, place);
          }
          return value;
        });
      },
    },
    context.opset,
  );
}

/** The names that a graph takes from around it. */
function namesReadFrom(body: GraphProto): ReadonlySet<string> {
  const own = new Set([
    ...body.input.map((input) => input.name),
    ...body.initializer.map((tensor) => tensor.name),
    ...body.node.flatMap((node) => node.output),
  ]);
  const read = [...body.node.flatMap(namesReadBy), ...body.output.map((output) => output.name)];
  return new Set(read.filter((name) => name !== '' && !own.has(name)));
}

/** The inputs of a node, and what the graphs that it holds read from around them. */
function namesReadBy(node: NodeProto): readonly string[] {
  const bodies = node.attribute.flatMap(({ g }) => (g === undefined ? [] : [...namesReadFrom(g)]));
  return bodies.length === 0 ? node.input : [...node.input, ...bodies];
}

/** The outputs of a function of the model: its nodes, in the place of the one that calls it. */
function inlineFunction(
  called: FunctionProto,
  proto: NodeProto,
  operands: readonly (Value | readonly Value[] | undefined)[],
  attributes: readonly AttributeProto[],
  context: Context,
): readonly (Value | readonly Value[])[] {
  const key = `${called.domain}:${called.name}`;
  if (context.calls.includes(key)) {
    throw new OnnxError('is a function that calls itself', placeOf(proto));
  }
  if (context.calls.length >= deepestCall) {
    throw new OnnxError(`functions call each other more than ${deepestCall} deep`, placeOf(proto));
  }
  const scope: Scope = new Map();
  // An input that is left out is defined by no name, as an optional input of the nodes inside.
  const missing = new Set(called.input.filter((_, position) => operands[position] === undefined));
  called.input.forEach((name, position) => {
    const operand = operands[position];
    if (operand !== undefined) define(scope, name, operand);
  });
  const nodes = called.node.map((node) =>
    node.input.some((name) => missing.has(name))
      ? copyMessage(node, { input: node.input.map((name) => (missing.has(name) ? '' : name)) })
      : node,
  );
  importNodes(nodes, scope, {
    ...context,
    opset: opsetOf(called, context.opset),
    calls: [...context.calls, key],
    callAttributes: new Map([...called.attributeProto, ...attributes].map((each) => [each.name, each])),
  });
  return called.output.map((name) => {
    const value = scope.get(name);
    if (value === undefined) {
      throw new OnnxError(`output '${name}' of function ${called.name} is computed by no node`);
    }
    return value;
  });
}

function inputType(input: ValueInfoProto, bound: readonly number[] | undefined): ValueType {
  const place = { operator: 'input', node: input.name };
  const given = { ...place, option: 'inputShapes' };
  const tensor = input.type?.value;
  if (tensor?.case !== 'tensorType') throw new OnnxError('is no tensor', place);
  const dataType = dataTypeOfNumber(tensor.value.elemType);
  if (dataType === undefined) {
    throw new OnnxError(
      `is of type ${describeDataTypeNumber(tensor.value.elemType)}, which is not supported`,
      place,
    );
  }
  const dimensions = tensor.value.shape?.dim ?? [];
  const declared = dimensions.map(declaredLength);
  const describe = `[${dimensions.map(({ value }, axis) => String(declared[axis] ?? (value.case === 'dimParam' ? value.value : '?'))).join(', ')}]`;
  if (bound !== undefined && (tensor.value.shape === undefined || bound.length === declared.length)) {
    declared.forEach((length, axis) => {
      if (length !== undefined && length !== bound[axis]) {
        throw new OnnxError(`has shape ${describe}, but is given as [${bound.join(', ')}]`, given);
      }
    });
    return { dataType, shape: bound };
  }
  if (tensor.value.shape === undefined) {
    throw new OnnxError('has no shape; one must be given', given);
  }
  if (bound !== undefined) {
    throw new OnnxError(`has shape ${describe}, but is given as [${bound.join(', ')}]`, given);
  }
  const shape = declared.map((length) => {
    if (length === undefined) {
      throw new OnnxError(`has shape ${describe}; its open dimensions must be bound`, given);
    }
    return length;
  });
  return { dataType, shape };
}

/** The nodes in an order in which each comes after those it reads from; files in such an order keep it. */
function topological(nodes: readonly NodeProto[], known: ReadonlyMap<string, unknown>): readonly NodeProto[] {
  const producers = new Map<string, NodeProto>();
  for (const node of nodes) {
    for (const name of node.output) {
      if (name === '') continue;
      if (producers.has(name) || known.has(name))
        throw new OnnxError(`'${name}' is computed by two nodes`, placeOf(node));
      producers.set(name, node);
    }
  }
  const order: NodeProto[] = [];
  const state = new Map<NodeProto, 'open' | 'done'>();
  for (const start of nodes) {
    const stack = [start];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      const seen = state.get(node);
      if (seen === 'done') {
        stack.pop();
        continue;
      }
      state.set(node, 'open');
      const missing = namesReadBy(node)
        .map((name) => producers.get(name))
        .filter((producer) => producer !== undefined && state.get(producer) !== 'done') as NodeProto[];
      const cycle = missing.find((producer) => state.get(producer) === 'open');
      if (cycle !== undefined) throw new OnnxError('is part of a cycle', placeOf(cycle));
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
