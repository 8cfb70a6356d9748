import { liveNodes } from '../graph/live-nodes.js';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type ModelProto,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from 'onnx-buf';
import type { AttributeKind, AttributeValue } from '../graph/attributes.js';
import { dataTypeNumbers } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import { toInt64, type Tensor } from '../graph/tensor.js';
import type { Value, ValueType } from '../graph/value.js';
import { OnnxError } from '../graph/onnx-error.js';
import { embed, externalLengthOf, hasSource, readExternal } from './external-data.js';
import { mapTensors } from './map-tensors.js';

/** The operator set that all graphs are written in. */
export const writtenOpset = 18;

/** The version of the file format that came with it. */
const irVersion = 8n;

export interface GraphDescription {
  readonly name: string;
  /** In the order of the written graph; those that nothing reads are kept, so that callers can rely on them. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  /** The nodes that the outputs depend on, in the order to write them in. Default: the order of creation. */
  readonly nodes?: readonly Node[];
  /** Dimensions of inputs or outputs that are written as names instead of lengths, by value name. */
  readonly dynamicDimensions?: Readonly<Record<string, readonly (string | undefined)[]>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A model of standard operators that computes `outputs` from `inputs`. Only nodes that an output needs are written, in
 * topological order.
 */
export function encodeModel(description: GraphDescription): ModelProto {
  const nodes = description.nodes ?? liveNodes(description.outputs.map((output) => output.value));
  // Of nodes with several outputs, those at the end that nobody reads are left out.
  const read = new Set<Value>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (input?.producer !== undefined && input.producer.outputs.length > 1) read.add(input);
    }
  }
  const outputs = description.outputs.map(({ name, value }) => ({ name, value }));

  const inputs = new Set(description.inputs);
  const names = new Map<Value, string>();
  const taken = new Set([
    ...description.inputs.map((input) => input.name),
    ...outputs.map((output) => output.name),
  ]);
  const bridges: NodeProto[] = [];
  for (const input of description.inputs) names.set(input, input.name!);
  for (const { name, value } of outputs) {
    // An output that is an input, a constant or a second name of another output needs an Identity of its own.
    if (value.producer === undefined || names.has(value)) continue;
    names.set(value, name);
  }
  const nameOf = (value: Value): string => {
    let name = names.get(value);
    if (name === undefined) {
      name = value.name !== undefined && !taken.has(value.name) ? value.name : `v${value.id}`;
      if (taken.has(name)) throw new OnnxError(`name '${name}' is used for two values`);
      taken.add(name);
      names.set(value, name);
    }
    return name;
  };

  const initializers: TensorProto[] = [];
  const written = new Set<Value>();
  const useConstant = (value: Value): void => {
    if (value.constant === undefined || written.has(value) || inputs.has(value)) return;
    written.add(value);
    initializers.push(encodeTensor(value.constant, nameOf(value)));
  };
  // A node that a loop or a function repeats has its name several times.
  const nodeNames = new Map<string, number>();
  const uniqueName = (name: string): string => {
    const count = nodeNames.get(name) ?? 0;
    nodeNames.set(name, count + 1);
    return count === 0 ? name : uniqueName(`${name}_${count}`);
  };
  const protos = nodes.map((node) => {
    for (const input of node.inputs) {
      if (input === undefined) continue;
      if (input.producer === undefined && input.constant === undefined && !inputs.has(input)) {
        throw node.error(
          `reads '${input.name}', which is not among the inputs of graph '${description.name}'`,
        );
      }
      useConstant(input);
    }
    const count =
      node.outputs.length === 1
        ? 1
        : Math.max(
            node.outputs.findLastIndex((output) => read.has(output) || names.has(output)) + 1,
            node.operator.requiredOutputs ?? node.outputs.length,
          );
    return create(NodeProtoSchema, {
      opType: node.operator.writtenAs ?? node.operator.name,
      ...(node.name === undefined || node.name === '' ? {} : { name: uniqueName(node.name) }),
      input: trimmed(node.inputs.map((input) => (input === undefined ? '' : nameOf(input)))),
      output: node.outputs.slice(0, count).map(nameOf),
      attribute: Object.entries(node.attributes).map(([name, value]) =>
        encodeAttribute(name, node.operator.attributes![name]![0], value),
      ),
    });
  });
  for (const { name, value } of outputs) {
    if (names.get(value) === name) continue;
    useConstant(value);
    bridges.push(create(NodeProtoSchema, { opType: 'Identity', input: [nameOf(value)], output: [name] }));
  }

  const info = (name: string, type: ValueType): ValueInfoProto =>
    encodeValueInfo(name, type, description.dynamicDimensions?.[name]);
  return create(ModelProtoSchema, {
    irVersion,
    producerName: 'lovasz',
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(writtenOpset) })],
    metadataProps: Object.entries(description.metadata ?? {}).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
    graph: create(GraphProtoSchema, {
      name: description.name,
      node: [...protos, ...bridges],
      initializer: initializers,
      input: description.inputs.map((input) => info(input.name!, input.type)),
      output: outputs.map(({ name, value }) => info(name, value.type)),
    }),
  });
}

/**
 * The bytes of an ONNX file, data from outside of the model included; fields that this library does not know are kept
 * where they were.
 *
 * @throws OnnxError when that is more than a file can hold (2 GiB), or when data from outside cannot be read.
 */
export function modelBytes(model: ModelProto): Uint8Array {
  let size = 0;
  mapTensors(model, (tensor) => {
    size += tensor.rawData.length + (hasSource(tensor) ? externalLengthOf(tensor) : 0);
    return tensor;
  });
  if (size > largestFile) {
    throw new OnnxError(
      `the tensors of the model take ${size} bytes, but a file holds ${largestFile}; write them beside it, as writeModel of @lovasz/onnxruntime and splitModel do`,
    );
  }
  const whole = mapTensors(model, (tensor) =>
    hasSource(tensor) ? embed(tensor, readExternal(tensor)) : tensor,
  );
  return toBinary(ModelProtoSchema, whole);
}

/** Readers of protobuf refuse larger messages; 1 MiB is left for all that is no tensor. */
const largestFile = 2 ** 31 - 2 ** 20;

/** Optional inputs at the end are left out rather than written as empty names. */
function trimmed(names: string[]): string[] {
  let count = names.length;
  while (count > 0 && names[count - 1] === '') count--;
  return names.slice(0, count);
}

export function encodeTensor(tensor: Tensor, name: string): TensorProto {
  const { data } = tensor;
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypeNumbers[tensor.dataType],
    dims: tensor.shape.map((length) => BigInt(length)),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  });
}

function encodeAttribute(name: string, kind: AttributeKind, value: AttributeValue): AttributeProto {
  const types = AttributeProto_AttributeType;
  switch (kind) {
    case 'int':
      return create(AttributeProtoSchema, { name, type: types.INT, i: toInt64(value as number) });
    case 'float':
      return create(AttributeProtoSchema, { name, type: types.FLOAT, f: value as number });
    case 'string':
      return create(AttributeProtoSchema, { name, type: types.STRING, s: encodeText(value as string) });
    case 'tensor':
      return create(AttributeProtoSchema, { name, type: types.TENSOR, t: encodeTensor(value as Tensor, '') });
    case 'ints':
      return create(AttributeProtoSchema, {
        name,
        type: types.INTS,
        ints: (value as readonly number[]).map(toInt64),
      });
    case 'floats':
      return create(AttributeProtoSchema, {
        name,
        type: types.FLOATS,
        floats: [...(value as readonly number[])],
      });
    case 'strings':
      return create(AttributeProtoSchema, {
        name,
        type: types.STRINGS,
        strings: (value as readonly string[]).map(encodeText),
      });
  }
}

function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}

function encodeValueInfo(
  name: string,
  type: ValueType,
  dynamic: readonly (string | undefined)[] | undefined,
): ValueInfoProto {
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, {
      value: {
        case: 'tensorType',
        value: create(TypeProto_TensorSchema, {
          elemType: dataTypeNumbers[type.dataType],
          shape: create(TensorShapeProtoSchema, {
            dim: type.shape.map((length, axis) => {
              const symbol = dynamic?.[axis];
              return create(TensorShapeProto_DimensionSchema, {
                value:
                  symbol === undefined
                    ? { case: 'dimValue', value: BigInt(length) }
                    : { case: 'dimParam', value: symbol },
              });
            }),
          }),
        }),
      },
    }),
  });
}
