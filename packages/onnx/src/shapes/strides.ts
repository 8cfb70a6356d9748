import { sizeOf } from '../graph/tensor.js';

/** The distance in memory between neighbours along each axis, in row-major order. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/**
 * Calls `visit` once per entry of a tensor of `shape` in row-major order, with the entry's number and, for each list of
 * strides, its offset in a tensor that moves by those strides (0 repeats an axis).
 */
export function forEachOffset(
  shape: readonly number[],
  strides: readonly number[],
  visit: (entry: number, offset: number) => void,
  start = 0,
): void {
  const rank = shape.length;
  const index = new Array<number>(rank).fill(0);
  const size = sizeOf(shape);
  let offset = start;
  for (let entry = 0; entry < size; entry++) {
    visit(entry, offset);
    for (let axis = rank - 1; axis >= 0; axis--) {
      index[axis]!++;
      offset += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}
