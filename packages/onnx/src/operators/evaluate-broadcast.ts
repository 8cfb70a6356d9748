import { broadcastShapes } from '../shapes/broadcast.js';
import { forEachOffset, stridesOf } from '../shapes/strides.js';
import type { Numbers } from '../graph/operator.js';
import { sizeOf } from '../graph/tensor.js';

/** Repeats `x` to a larger shape. */
export function broadcastTo(x: Numbers, shape: readonly number[]): Numbers {
  const offset = shape.length - x.shape.length;
  const own = stridesOf(x.shape);
  const strides = shape.map((_, axis) =>
    axis < offset || x.shape[axis - offset] === 1 ? 0 : own[axis - offset]!,
  );
  const data = new Float64Array(sizeOf(shape));
  forEachOffset(shape, strides, (entry, position) => {
    data[entry] = x.data[position]!;
  });
  return { shape, data };
}

/** Applies a function of several numbers entry by entry, with broadcasting. */
export function mapBroadcast(inputs: readonly Numbers[], compute: (...values: number[]) => number): Numbers {
  const shape = broadcastShapes(...inputs.map((input) => input.shape))!;
  const repeated = inputs.map((input) => broadcastTo(input, shape).data);
  const data = new Float64Array(sizeOf(shape));
  for (let entry = 0; entry < data.length; entry++) {
    data[entry] = compute(...repeated.map((values) => values[entry]!));
  }
  return { shape, data };
}
