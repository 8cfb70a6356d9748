import type { GraphWriter } from '../graph/graph-writer.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { extentsOf, isUndilated, isUnstrided, type Convolution } from './convolution-geometry.js';
import { cropSpatial, windowAttributes } from './window.js';

/** A way to write dX, from the kernel [K, C/g, …] and the cotangent [N, K, …] of the result: [N, C, …]. */
export interface InputForm {
  readonly name: string;
  /** Whether it can be written of this convolution. */
  fits(of: Convolution): boolean;
  write(graph: GraphWriter, weight: Value, cotangent: Value, of: Convolution): Value;
}

/** The cotangent convolved with the kernel read backwards. */
export const flippedKernel: InputForm = {
  name: 'flipped kernel',
  fits: (of) => isUnstrided(of) && flippedPads(of).every((pad) => pad >= 0),
  write: (graph, weight, cotangent, of) => {
    const kernel = exchangeChannels(graph, flip(graph, weight, range(of.inputs.length, 2)), of.group);
    const { dilations } = of.window;
    return graph.conv(cotangent, kernel, undefined, { dilations, group: of.group, pads: flippedPads(of) });
  },
};

/** The padding of the cotangent with which the kernel read backwards meets every input. */
function flippedPads({ window }: Convolution): readonly number[] {
  const extents = extentsOf(window);
  return [window.before, window.after].flatMap((pads) =>
    extents.map((extent, axis) => extent - 1 - pads[axis]!),
  );
}

/**
 * A convolution for each place within a stride, by the taps that meet it, all of them in one; then their results are
 * interleaved. (Sub-pixel convolution: Shi et al., 2016, in reverse.)
 *
 * With input j + before = q·stride + r, place r reads dY at q − m through the taps m·stride + r.
 */
export const phases: InputForm = {
  name: 'phases',
  fits: (of) => isUndilated(of) && !isUnstrided(of),
  write: (graph, weight, cotangent, { batch, channels, filters, group, inputs, window }) => {
    const { kernel, strides, before, outputs } = window;
    const rank = inputs.length;
    const taps = kernel.map((length, axis) => Math.ceil(length / strides[axis]!));
    const missing = kernel.map((length, axis) => taps[axis]! * strides[axis]! - length);
    const exchanged = graph.pad(
      exchangeChannels(graph, weight, group),
      [0, 0, ...missing.map(() => 0)],
      [0, 0, ...missing],
    );
    const apart = graph.reshape(exchanged, [
      channels,
      filters / group,
      ...taps.flatMap((count, axis) => [count, strides[axis]!]),
    ]);
    const tapAxes = range(rank).map((axis) => 2 + 2 * axis);
    const phaseAxes = tapAxes.map((axis) => axis + 1);
    const arranged = graph.transpose(flip(graph, apart, tapAxes), [0, ...phaseAxes, 1, ...tapAxes]);
    const lengths = inputs.map((length, axis) =>
      Math.max(Math.ceil((length + before[axis]!) / strides[axis]!), outputs[axis]!),
    );
    const y = graph.conv(
      cotangent,
      graph.reshape(arranged, [channels * sizeOf(strides), filters / group, ...taps]),
      undefined,
      {
        group,
        pads: [...taps.map((count) => count - 1), ...lengths.map((length, axis) => length - outputs[axis]!)],
      },
    );
    const interleaved = graph.transpose(graph.reshape(y, [batch, channels, ...strides, ...lengths]), [
      0,
      1,
      ...range(rank, 2).flatMap((axis) => [axis + rank, axis]),
    ]);
    const whole = lengths.map((length, axis) => length * strides[axis]!);
    return cropSpatial(graph, graph.reshape(interleaved, [batch, channels, ...whole]), before, inputs);
  },
};

/** Entries at the end that no window reached are added by output_padding. */
export const transposedConvolution: InputForm = {
  name: 'transposed convolution',
  fits: () => true,
  write: (graph, weight, cotangent, { inputs, group, window }) => {
    const { strides, before, after, outputs } = window;
    const extents = extentsOf(window);
    return graph.convTranspose(cotangent, weight, undefined, {
      ...windowAttributes(window),
      group,
      output_padding: inputs.map(
        (length, axis) =>
          length - ((outputs[axis]! - 1) * strides[axis]! + extents[axis]! - before[axis]! - after[axis]!),
      ),
    });
  },
};

/** Reads backwards along some axes. */
function flip(graph: GraphWriter, x: Value, axes: readonly number[]): Value {
  const long = axes.filter((axis) => x.shape[axis] !== 1);
  if (long.length === 0) return x;
  return graph.slice(x, {
    starts: long.map(() => -1),
    ends: long.map(() => -(2 ** 31) + 1),
    axes: long,
    steps: long.map(() => -1),
  });
}

/** Exchanges the channel axes within each group: [K, C/g, …] becomes [C, K/g, …]. */
function exchangeChannels(graph: GraphWriter, weight: Value, group: number): Value {
  const [first, second, ...kernel] = weight.shape as [number, number, ...number[]];
  const apart = graph.reshape(weight, [group, first / group, second, ...kernel]);
  return graph.reshape(graph.transpose(apart, [0, 2, 1, ...range(kernel.length, 3)]), [
    group * second,
    first / group,
    ...kernel,
  ]);
}

function range(count: number, from = 0): readonly number[] {
  return Array.from({ length: count }, (_, place) => from + place);
}
