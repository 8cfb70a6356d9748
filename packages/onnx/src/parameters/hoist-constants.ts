import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
} from 'onnx-buf';
import { copyMessage } from '../model/copy-message.js';
import { renamed } from '../model/external-data.js';

/**
 * The model with floating-point tensors as initializers of its graph that stand elsewhere: in Constant nodes, and in
 * branches and loop bodies, which read what is around them. Each keeps its name where no other thing has it; else it is
 * called `NODE/NAME` after the node that holds the graph, with a number where that is taken too. A constant that is an output of its graph stays where it is.
 *
 * @param wanted whether the tensor that would get this name is moved.
 */
export function hoistConstants(model: ModelProto, wanted: (name: string) => boolean): ModelProto {
  const graph = model.graph!;
  const counts = new Map<string, number>();
  countNames(graph, counts);
  const found: TensorProto[] = [];
  const hoist = (body: GraphProto, holder: string | undefined): GraphProto => {
    const outputs = new Set(body.output.map(({ name }) => name));
    const moved = (tensor: TensorProto, name: string): NodeProto[] | undefined => {
      if (outputs.has(name) || !isFloating(tensor.dataType) || tensor.dims.length === 0) return undefined;
      const alone = counts.get(name) === 1;
      // Names do not hang on what is wanted.
      const target = alone || holder === undefined ? name : unused(`${holder}/${name}`, counts);
      counts.set(target, 1);
      if (!wanted(target)) return undefined;
      found.push(renamed(tensor, target));
      // The graph goes on to call it by its own name.
      return target === name
        ? []
        : [create(NodeProtoSchema, { opType: 'Identity', input: [target], output: [name] })];
    };
    const aliases: NodeProto[] = [];
    const initializer =
      holder === undefined
        ? body.initializer
        : body.initializer.filter((tensor) => {
            const alias = moved(tensor, tensor.name);
            if (alias !== undefined) aliases.push(...alias);
            return alias === undefined;
          });
    let changed = aliases.length > 0 || initializer.length < body.initializer.length;
    const node = body.node.flatMap((each) => {
      const tensor = constantOf(each);
      const alias = tensor && moved(tensor, each.output[0]!);
      if (alias !== undefined) {
        changed = true;
        return alias;
      }
      const inner = withBodies(each, (g) => hoist(g, each.name || (each.output[0] ?? '')));
      if (inner !== each) changed = true;
      return [inner];
    });
    return changed ? copyMessage(body, { initializer, node: [...aliases, ...node] }) : body;
  };
  const hoisted = hoist(graph, undefined);
  if (found.length === 0) return model;
  // Before version 4 of the format, an initializer was an input too.
  const input = model.irVersion < 4n ? [...hoisted.input, ...found.map(declared)] : hoisted.input;
  return copyMessage(model, {
    graph: copyMessage(hoisted, { initializer: [...hoisted.initializer, ...found], input }),
  });
}

function unused(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}.${count}`;
  return free;
}

/** The tensor of a Constant node that lists floating-point entries. */
export function constantOf({ opType, domain, attribute }: NodeProto): TensorProto | undefined {
  if (opType !== 'Constant' || (domain !== '' && domain !== 'ai.onnx')) return undefined;
  const [value] = attribute;
  if (value?.name === 'value') return value.t;
  if (value?.type !== AttributeProto_AttributeType.FLOATS) return undefined;
  return create(TensorProtoSchema, {
    dataType: TensorProto_DataType.FLOAT,
    dims: [BigInt(value.floats.length)],
    floatData: value.floats,
  });
}

/** Whether the number is that of float32, float64, float16 or bfloat16. */
export function isFloating(dataType: number): boolean {
  return dataType === 1 || dataType === 10 || dataType === 11 || dataType === 16;
}

function withBodies(node: NodeProto, change: (body: GraphProto) => GraphProto): NodeProto {
  let changed = false;
  const attribute = node.attribute.map((each) => {
    const g = each.g && change(each.g);
    if (g === each.g || g === undefined) return each;
    changed = true;
    return copyMessage(each, { g });
  });
  return changed ? copyMessage(node, { attribute }) : node;
}

/** How many things of the graph and of those inside of it have each name. */
function countNames(graph: GraphProto, counts: Map<string, number>): void {
  const initializers = graph.initializer.map(({ name }) => name);
  const listed = new Set(initializers);
  const names = [
    ...initializers,
    ...graph.input.map(({ name }) => name).filter((name) => !listed.has(name)),
    ...graph.node.flatMap(({ output }) => output),
  ];
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { attribute } of graph.node)
    for (const { g } of attribute) if (g !== undefined) countNames(g, counts);
}

function declared({
  name,
  dataType,
  dims,
}: TensorProto): ReturnType<typeof create<typeof ValueInfoProtoSchema>> {
  const dim = dims.map((value) =>
    create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value } }),
  );
  const tensor = create(TypeProto_TensorSchema, {
    elemType: dataType,
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } }),
  });
}
