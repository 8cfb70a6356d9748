import { type HalfFormat, widenHalf } from './half-precision.js';
import type { Scratch } from './scratch.js';

/** A float32 array and its shape. */
export interface KernelArray {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** 16-bit numbers and their shape: bit patterns with the name of their format. */
export interface HalfArray {
  readonly data: Uint16Array;
  readonly shape: readonly number[];
  readonly dtype: HalfFormat;
}

/** A Float16Array, where the platform has it, and its shape. */
export interface Float16Input {
  readonly data: ArrayLike<number> & { readonly [Symbol.toStringTag]: 'Float16Array' };
  readonly shape: readonly number[];
}

/** What kernels take: they compute in float32 and accumulate in float64. */
export type KernelInput = KernelArray | HalfArray | Float16Input;

/**
 * The input in float32; 16-bit numbers are widened to memory of their own.
 *
 * @throws TypeError for a format that is not known, or data that is not of its format.
 */
export function widenInput(name: string, input: KernelInput, scratch: Scratch): KernelArray {
  const type = Object.prototype.toString.call(input.data).slice('[object '.length, -1);
  if (!('dtype' in input) || input.dtype === undefined) {
    if (type !== 'Float16Array') return input as KernelArray;
    const data = scratch.float32(input.data.length);
    data.set(input.data);
    return { data, shape: input.shape };
  }
  if (!['float16', 'bfloat16'].includes(input.dtype)) {
    throw new TypeError(`dtype is ${JSON.stringify(input.dtype)}; expected "float16" or "bfloat16"`);
  }
  if (type !== 'Uint16Array') {
    throw new TypeError(`${name} of dtype "${input.dtype}" are of type ${type}; expected a Uint16Array`);
  }
  const data = scratch.float32(input.data.length);
  widenHalf(input.data, input.dtype, data);
  return { data, shape: input.shape };
}
