import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';

/** How a sliding window (of a convolution or a pool) lies on the spatial axes. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after, per spatial axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly outputs: readonly number[];
}

/** The window of a node over spatial lengths `inputs`, with `auto_pad` resolved. */
export function windowOf(node: Node, inputs: readonly number[], kernel: readonly number[]): Window {
  const rank = inputs.length;
  const strides = node.ints('strides') ?? new Array<number>(rank).fill(1);
  const dilations = node.ints('dilations') ?? new Array<number>(rank).fill(1);
  const automatic = node.text('auto_pad');
  const extents = kernel.map((length, axis) => dilations[axis]! * (length - 1) + 1);
  let pads = node.ints('pads') ?? new Array<number>(2 * rank).fill(0);
  if ([kernel, strides, dilations].some((list) => list.length !== rank) || pads.length !== 2 * rank) {
    throw node.error(
      `kernel [${kernel.join(', ')}], strides [${strides.join(', ')}], dilations [${dilations.join(', ')}] and pads [${pads.join(', ')}] do not fit ${rank} spatial axes`,
    );
  }
  if (![...kernel, ...strides, ...dilations].every((length) => Number.isSafeInteger(length) && length >= 1)) {
    throw node.error(
      `kernel [${kernel.join(', ')}], strides [${strides.join(', ')}] and dilations [${dilations.join(', ')}] must be positive`,
    );
  }
  node.listLength(sizeOf(kernel));
  if (automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER') {
    const totals = inputs.map((length, axis) =>
      Math.max((Math.ceil(length / strides[axis]!) - 1) * strides[axis]! + extents[axis]! - length, 0),
    );
    const half = totals.map((total) =>
      automatic === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2),
    );
    pads = [...half, ...totals.map((total, axis) => total - half[axis]!)];
  } else if (automatic === 'VALID') {
    pads = new Array<number>(2 * rank).fill(0);
  }
  const before = pads.slice(0, rank);
  const after = pads.slice(rank);
  const ceil = node.operator.attributes?.['ceil_mode'] !== undefined && node.int('ceil_mode') === 1;
  const outputs = inputs.map((length, axis) => {
    const stride = strides[axis]!;
    const room = length + before[axis]! + after[axis]! - extents[axis]!;
    if (!ceil) return Math.floor(room / stride) + 1;
    const count = Math.ceil(room / stride) + 1;
    // A window must start inside of the input or its leading padding.
    return (count - 1) * stride >= length + before[axis]! ? count - 1 : count;
  });
  if (outputs.some((length) => length < 1)) {
    throw node.error(
      `the kernel of extent [${extents.join(', ')}] does not fit the input [${inputs.join(', ')}] with pads [${pads.join(', ')}]`,
    );
  }
  return { kernel, strides, dilations, before, after, outputs };
}

/** The attributes with which a window is written. */
export function windowAttributes(window: Window): Record<string, readonly number[]> {
  return {
    strides: window.strides,
    dilations: window.dilations,
    pads: [...window.before, ...window.after],
  };
}

/**
 * For one output position and one kernel position, the position read in the input, or `undefined` in the padding.
 */
export function inputPosition(
  window: Window,
  inputs: readonly number[],
  output: readonly number[],
  tap: readonly number[],
): number[] | undefined {
  const position = output.map(
    (place, axis) =>
      place * window.strides[axis]! + tap[axis]! * window.dilations[axis]! - window.before[axis]!,
  );
  return position.every((place, axis) => place >= 0 && place < inputs[axis]!) ? position : undefined;
}

/** All index tuples of a tensor of `shape`, in row-major order. */
export function* positions(shape: readonly number[]): Generator<readonly number[]> {
  const index = new Array<number>(shape.length).fill(0);
  const size = sizeOf(shape);
  for (let entry = 0; entry < size; entry++) {
    yield [...index];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** The place of a spatial position in its plane. */
export function flatten(position: readonly number[], shape: readonly number[]): number {
  return position.reduce((place, coordinate, axis) => place * shape[axis]! + coordinate, 0);
}

/** Lengths of the spatial axes, from `starts` on, which are zero by default. */
export function cropSpatial(
  graph: GraphWriter,
  x: Value,
  starts: readonly number[] | undefined,
  lengths: readonly number[],
): Value {
  const from = (axis: number): number => starts?.[axis] ?? 0;
  const axes = lengths.flatMap((length, axis) =>
    from(axis) === 0 && x.shape[axis + 2] === length ? [] : [axis],
  );
  if (axes.length === 0) return x;
  return graph.slice(x, {
    starts: axes.map(from),
    ends: axes.map((axis) => from(axis) + lengths[axis]!),
    axes: axes.map((axis) => axis + 2),
  });
}
