import { fromBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  type AttributeProto,
  type ModelProto,
  type TensorProto,
} from 'onnx-buf';
import type { AttributeKind, AttributeValue } from '../graph/attributes.js';
import {
  dataTypeOfNumber,
  describeDataTypeNumber,
  isHalfPrecision,
  type DataType,
} from '../graph/data-type.js';
import { numbersOf, sizeOf, tensorOf, type Tensor, type TensorData } from '../graph/tensor.js';
import type { ValueType } from '../graph/value.js';
import { OnnxError } from '../graph/onnx-error.js';
import { checkWire } from './check-wire.js';
import { attachExternalData, isExternal, readExternal, type ExternalData } from './external-data.js';

/** The operator sets of `ai.onnx` that can be read. */
export const readOpsets = { oldest: 6, newest: 28 } as const;

/**
 * Reads an ONNX file. Weights are not copied: their bytes are those of `bytes`.
 *
 * @param options.externalData gives data that lies in files beside the model, when its entries are needed.
 * @throws OnnxError when the bytes are no ONNX model, hold an operator set that is not supported, or refer to data
 *   outside of the model's folder.
 */
export function decodeModel(
  bytes: Uint8Array,
  options: { readonly externalData?: ExternalData } = {},
): ModelProto {
  let model: ModelProto;
  // A Node Buffer is read as the plain array it is: its slices would share memory where copies are meant.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    checkWire(ModelProtoSchema, plain);
    model = fromBinary(ModelProtoSchema, plain);
  } catch (error) {
    throw new OnnxError(`the ${bytes.length} bytes are no ONNX model: ${(error as Error).message}`);
  }
  if (model.graph === undefined || model.graph.output.length === 0 || model.opsetImport.length === 0) {
    throw new OnnxError(
      `the ${bytes.length} bytes are no ONNX model: graph, outputs or operator set are missing`,
    );
  }
  opsetOf(model);
  attachExternalData(model, options.externalData);
  return model;
}

/**
 * The version of `ai.onnx` that a model imports, checked to be one that can be read; a function that imports none has
 * that of its model.
 */
export function opsetOf(model: Pick<ModelProto, 'opsetImport'>, inherited?: number): number {
  for (const { domain, version } of model.opsetImport) {
    if (domain !== '' && domain !== 'ai.onnx') continue;
    if (version < readOpsets.oldest || version > readOpsets.newest) {
      throw new OnnxError(
        `the model uses opset ${version} of ai.onnx; supported are ${readOpsets.oldest} to ${readOpsets.newest}`,
      );
    }
    return Number(version);
  }
  if (inherited !== undefined) return inherited;
  throw new OnnxError(
    `the model imports ${model.opsetImport.map((each) => `'${each.domain}' ${each.version}`).join(', ')}, but not ai.onnx`,
  );
}

/**
 * The type and shape of a tensor, checked to be what its data fills; nothing is read or allocated.
 *
 * @throws OnnxError that names the tensor when its type is not supported or its data does not fill its shape.
 */
export function decodeTensorType(tensor: TensorProto): ValueType {
  const place = { operator: 'initializer', node: tensor.name };
  const dataType = dataTypeOfNumber(tensor.dataType);
  if (dataType === undefined) {
    throw new OnnxError(
      `holds ${describeDataTypeNumber(tensor.dataType)}; supported are float32, float64, int64, int32, int8, uint8 and bool${isHalfPrecision(tensor.dataType) ? ', and half precision that is cast to float32 where it is read: export the model in float32 (model.float() in PyTorch)' : ''}`,
      place,
    );
  }
  const shape = tensor.dims.map(Number);
  const size = sizeOf(shape);
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 0) || !Number.isSafeInteger(size)) {
    throw new OnnxError(`has impossible dimensions [${shape.join(', ')}]`, place);
  }
  if (isExternal(tensor)) return { dataType, shape };
  if (tensor.rawData.length > 0 || size === 0) {
    const needed = size * bytesPerEntry[dataType];
    if (tensor.rawData.length !== needed) {
      throw new OnnxError(
        `has ${tensor.rawData.length} bytes, but ${dataType} of shape [${shape.join(', ')}] needs ${needed}`,
        place,
      );
    }
  } else {
    const count = listedEntries(tensor, dataType).length;
    if (count !== size) {
      throw new OnnxError(`has ${count} entries, but shape [${shape.join(', ')}] needs ${size}`, place);
    }
  }
  return { dataType, shape };
}

/** The entries of a tensor in the file. Bytes are shared with the file where their alignment allows it. */
export function decodeTensor(tensor: TensorProto): Tensor {
  const { dataType, shape } = decodeTensorType(tensor);
  const bytes = isExternal(tensor) ? readExternal(tensor) : tensor.rawData;
  if (bytes.length > 0 || sizeOf(shape) === 0) {
    return { dataType, shape, data: viewOf(dataType, bytes as Uint8Array<ArrayBuffer>) };
  }
  const entries = listedEntries(tensor, dataType);
  return dataType === 'int64'
    ? { dataType, shape, data: BigInt64Array.from(entries as readonly bigint[]) }
    : tensorOf(dataType, shape, entries as readonly number[]);
}

/** The list that holds the entries where they are not raw bytes. */
function listedEntries(tensor: TensorProto, dataType: DataType): readonly number[] | readonly bigint[] {
  switch (dataType) {
    case 'float32':
      return tensor.floatData;
    case 'float64':
      return tensor.doubleData;
    case 'int64':
      return tensor.int64Data;
    default:
      return tensor.int32Data;
  }
}

/** The entries of an initializer as JavaScript numbers. */
export function numbersOfInitializer(tensor: TensorProto): Float64Array {
  return numbersOf(decodeTensor(tensor));
}

const bytesPerEntry: Readonly<Record<DataType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  int8: 1,
  uint8: 1,
  bool: 1,
};

function viewOf(dataType: DataType, bytes: Uint8Array<ArrayBuffer>): TensorData {
  const width = bytesPerEntry[dataType];
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const length = bytes.byteLength / width;
  const { buffer, byteOffset } = aligned;
  switch (dataType) {
    case 'float32':
      return new Float32Array(buffer, byteOffset, length);
    case 'float64':
      return new Float64Array(buffer, byteOffset, length);
    case 'int32':
      return new Int32Array(buffer, byteOffset, length);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, length);
    case 'int8':
      return new Int8Array(buffer, byteOffset, length);
    default:
      return new Uint8Array(buffer, byteOffset, length);
  }
}

/** The kind and the value of an attribute; graphs and other structures are refused by the caller's schema. */
export function decodeAttribute(
  attribute: AttributeProto,
): { kind: AttributeKind; value: AttributeValue } | undefined {
  const types = AttributeProto_AttributeType;
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  switch (attribute.type) {
    case types.INT:
      return { kind: 'int', value: Number(attribute.i) };
    case types.FLOAT:
      return { kind: 'float', value: attribute.f };
    case types.STRING:
      return { kind: 'string', value: text(attribute.s) };
    case types.TENSOR:
      return attribute.t === undefined ? undefined : { kind: 'tensor', value: decodeTensor(attribute.t) };
    case types.INTS:
      return { kind: 'ints', value: attribute.ints.map(Number) };
    case types.FLOATS:
      return { kind: 'floats', value: attribute.floats };
    case types.STRINGS:
      return { kind: 'strings', value: attribute.strings.map(text) };
    default:
      return undefined;
  }
}
