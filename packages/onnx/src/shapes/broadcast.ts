/** The shape that NumPy broadcasting gives, or `undefined` when the shapes do not fit. */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let axis = 0; axis < shape.length; axis++) {
      const target = rank - shape.length + axis;
      const length = shape[axis]!;
      if (length === 1 || length === result[target]) continue;
      if (result[target] !== 1) return undefined;
      result[target] = length;
    }
  }
  return result;
}

/** The axes of `to` along which a tensor of shape `from` was repeated, and so along which its gradient is summed. */
export function broadcastAxes(from: readonly number[], to: readonly number[]): number[] {
  const offset = to.length - from.length;
  return to.flatMap((length, axis) =>
    axis < offset || (from[axis - offset] === 1 && length !== 1) ? [axis] : [],
  );
}
