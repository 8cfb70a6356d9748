import { sizeOf } from './broadcast.js';

/** A tensor of the reference backend: float64 values in row-major order. */
export interface ReferenceTensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
  /** How it was computed; undefined for what is given or held constant. */
  readonly derivation?: Derivation | undefined;
}

/** One operation on the tape. */
export interface Derivation {
  readonly operands: readonly ReferenceTensor[];
  /** From the gradient to the result, the gradient to each operand. */
  backward(gradient: Float64Array): readonly Float64Array[];
}

/**
 * A tensor of given values.
 *
 * @param values the entries in row-major order, copied; or one number.
 * @param shape their shape: by default `[]` for a number and `[values.length]` for a list.
 * @throws RangeError when the shape does not fit the number of values.
 * @example
 * referenceTensor([1, 2, 3, 4, 5, 6], [2, 3]);
 */
export function referenceTensor(
  values: number | ArrayLike<number>,
  shape: readonly number[] = typeof values === 'number' ? [] : [values.length],
): ReferenceTensor {
  const data = Float64Array.from(typeof values === 'number' ? [values] : values);
  const wrong = shape.some((length) => !Number.isInteger(length) || length < 0);
  if (wrong || sizeOf(shape) !== data.length) {
    throw new RangeError(
      `shape is [${shape.join(', ')}] for ${data.length} values; expected that many entries`,
    );
  }
  return { shape: [...shape], data };
}
