/**
 * The shape to which all the given shapes broadcast, as in NumPy.
 *
 * @throws RangeError when two lengths differ and neither is 1.
 */
export function broadcastShape(...shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    let length = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own !== 1 && length !== 1 && own !== length) {
        const list = shapes.map((each) => `[${each.join(', ')}]`).join(' and ');
        throw new RangeError(`shapes ${list} do not broadcast: ${length} against ${own}`);
      }
      if (own !== 1) length = own;
    }
    return length;
  });
}

/**
 * For each entry of a tensor of shape `to`, which entry of a tensor of shape `from` it reads when that broadcasts.
 */
export function broadcastIndices(from: readonly number[], to: readonly number[]): Uint32Array {
  const strides = rowMajorStrides(from);
  const steps = to.map((_, axis) => {
    const own = axis - to.length + from.length;
    return (from[own] ?? 1) === 1 ? 0 : strides[own]!;
  });
  return stridedIndices(to, steps);
}

/** For each entry of a transposed tensor, which entry of the original of shape `from` it is. */
export function transposedIndices(from: readonly number[], permutation: readonly number[]): Uint32Array {
  const strides = rowMajorStrides(from);
  return stridedIndices(
    permutation.map((axis) => from[axis]!),
    permutation.map((axis) => strides[axis]!),
  );
}

/** The number of entries of a tensor. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** Σ positionₐ · stepₐ for each position of `shape`, in row-major order. */
function stridedIndices(shape: readonly number[], steps: readonly number[]): Uint32Array {
  const indices = new Uint32Array(sizeOf(shape));
  const position = shape.map(() => 0);
  let index = 0;
  for (let entry = 0; entry < indices.length; entry++) {
    indices[entry] = index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position[axis]! += 1;
      index += steps[axis]!;
      if (position[axis]! < shape[axis]!) break;
      index -= position[axis]! * steps[axis]!;
      position[axis] = 0;
    }
  }
  return indices;
}

function rowMajorStrides(shape: readonly number[]): readonly number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}
