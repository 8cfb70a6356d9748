import { OnnxError } from './onnx-error.js';
import type { DataType } from './data-type.js';

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

/** A tensor whose entries are known while the graph is built, in row-major order. */
export interface Tensor {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** The number of entries of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Whether two shapes have the same lengths. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** A tensor of `dataType` holding `values`, converted entry by entry. */
export function tensorOf(dataType: DataType, shape: readonly number[], values: ArrayLike<number>): Tensor {
  if (values.length !== sizeOf(shape)) {
    throw new RangeError(
      `values has ${values.length} entries, but shape [${shape.join(', ')}] has ${sizeOf(shape)}`,
    );
  }
  switch (dataType) {
    case 'float32':
      return { dataType, shape, data: new Float32Array(values) };
    case 'float64':
      return { dataType, shape, data: new Float64Array(values) };
    case 'int32':
      return { dataType, shape, data: Int32Array.from(values) };
    case 'int64':
      return { dataType, shape, data: BigInt64Array.from(values, toInt64) };
    case 'int8':
      return { dataType, shape, data: Int8Array.from(values) };
    case 'uint8':
      return { dataType, shape, data: Uint8Array.from(values) };
    case 'bool':
      return { dataType, shape, data: Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)) };
  }
}

/** Slices end at the largest integer to mean "to the end", which rounds up as a JavaScript number. */
export function toInt64(value: number): bigint {
  if (Number.isNaN(value) || (Number.isFinite(value) && !Number.isInteger(value))) {
    throw new OnnxError(`${value} is no integer, which an int64 tensor holds`);
  }
  return value >= 2 ** 63 ? 2n ** 63n - 1n : value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(value);
}

/** The entries as JavaScript numbers. Integers beyond 2⁵³ lose their last bits. */
export function numbersOf(tensor: Tensor): Float64Array {
  const { data } = tensor;
  if (data instanceof Float64Array) return data;
  if (!(data instanceof BigInt64Array)) return new Float64Array(data);
  // Mapping by `from` takes several times as long.
  const numbers = new Float64Array(data.length);
  for (let entry = 0; entry < data.length; entry++) numbers[entry] = Number(data[entry]);
  return numbers;
}
