import { Tensor } from '@lovasz/onnxruntime/runtime';

/** A tensor as one process can send it to another. */
export interface PlainTensor {
  readonly dataType: 'float32' | 'int32';
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** The same for the runtime, on the same memory. */
export function runtimeTensor({ dataType, data, shape }: PlainTensor): Tensor {
  // The type goes with the array.
  return new Tensor(dataType as 'float32', data as Float32Array, shape);
}
