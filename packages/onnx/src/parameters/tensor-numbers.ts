import type { TensorProto } from 'onnx-buf';
import { describeDataTypeNumber, isHalfPrecision } from '../graph/data-type.js';
import { numbersOf, sizeOf } from '../graph/tensor.js';
import { decodeTensor } from '../model/decode-model.js';
import { isExternal, readExternal } from '../model/external-data.js';
import { halfOf, largestHalf, numberOfHalf, type HalfType } from '../model/half-precision.js';
import { OnnxError } from '../graph/onnx-error.js';

/** The entries of a floating-point tensor; `undefined` where they cannot be read. */
export function numbersOfTensor(tensor: TensorProto): Float64Array | undefined {
  try {
    return isHalfPrecision(tensor.dataType)
      ? Float64Array.from(floatsOf(tensor))
      : numbersOf(decodeTensor(tensor));
  } catch (error) {
    // It is named where the entries are needed.
    if (OnnxError.isOnnxError(error)) return undefined;
    throw error;
  }
}

/**
 * The entries of a floating-point tensor as float32.
 *
 * @throws OnnxError that names the tensor when its data does not fill its shape or cannot be read.
 */
export function floatsOf(tensor: TensorProto): Float32Array {
  if (!isHalfPrecision(tensor.dataType)) {
    const { data } = decodeTensor(tensor);
    return data instanceof Float32Array ? data : Float32Array.from(data as Float64Array);
  }
  const type = describeDataTypeNumber(tensor.dataType) as HalfType;
  const size = sizeOf(tensor.dims.map(Number));
  const bytes = isExternal(tensor) ? readExternal(tensor) : tensor.rawData;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isListed = bytes.length === 0;
  const count = isListed ? tensor.int32Data.length : bytes.length / 2;
  if (count !== size) {
    throw new OnnxError(`has ${count} entries, but shape [${tensor.dims.join(', ')}] needs ${size}`, {
      operator: 'initializer',
      node: tensor.name,
    });
  }
  return Float32Array.from({ length: size }, (_, place) =>
    numberOfHalf(type, isListed ? tensor.int32Data[place]! : view.getUint16(2 * place, true)),
  );
}

/**
 * Entries as the bytes of a floating-point type, rounded to the nearest number of it.
 *
 * @throws OnnxError that names the tensor when an entry is beyond the type.
 */
export function bytesOfFloats(tensor: TensorProto, data: Float32Array): Uint8Array {
  const type = describeDataTypeNumber(tensor.dataType);
  if (type === 'float32') return new Uint8Array(data.slice().buffer);
  if (type === 'float64') return new Uint8Array(Float64Array.from(data).buffer);
  const half = type as HalfType;
  const bits = Uint16Array.from(data, (value) => {
    const rounded = halfOf(half, value);
    if (Number.isFinite(value) && !Number.isFinite(numberOfHalf(half, rounded))) {
      throw new OnnxError(
        `was trained to ${value}, but ${type} ends at ${largestHalf[half]}: export the model in float32`,
        { operator: 'initializer', node: tensor.name },
      );
    }
    return rounded;
  });
  return new Uint8Array(bits.buffer);
}
