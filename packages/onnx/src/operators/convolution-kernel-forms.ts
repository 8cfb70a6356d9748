import type { GraphWriter } from '../graph/graph-writer.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { isPointwise, type Convolution } from './convolution-geometry.js';
import { cropSpatial, positions, windowAttributes, type Window } from './window.js';

/** A way to write dW, from the image [N, C, …] and the cotangent [N, K, …] of the result: [K, C/g, …]. */
export interface KernelForm {
  readonly name: string;
  /** Whether it can be written of this convolution. */
  fits(of: Convolution): boolean;
  write(graph: GraphWriter, image: Value, cotangent: Value, of: Convolution): Value;
}

/** One matrix product per image. */
export const pointwiseProduct: KernelForm = {
  name: 'product',
  fits: isPointwise,
  write: (graph, image, cotangent, of) => sumOfProducts(graph, [[image, cotangent]], of),
};

/** One-hot kernels are constants of the graph: so many of them are no help any more. */
const largestOneHot = 1 << 26;

/** So many bytes of windows are laid out at once, or those of one image: windows are k² times as large as the images. */
const largestColumns = 2 ** 22;

/**
 * The windows are laid out by a depthwise convolution with one-hot kernels (im2col as an operator that every runtime is
 * fast at), and one matrix product per image follows.
 */
export const oneHotWindows: KernelForm = {
  name: 'one-hot windows',
  fits: (of) => !isPointwise(of) && of.channels * sizeOf(of.window.kernel) ** 2 <= largestOneHot,
  write: (graph, image, cotangent, of) => {
    const { batch, channels, window } = of;
    const bytes = 4 * channels * sizeOf(window.kernel) * sizeOf(window.outputs);
    // Groups of images of about the same size, so that their windows can follow each other in one place.
    const atOnce = Math.max(Math.floor(largestColumns / bytes), 1);
    const lengths = piecesOf(batch, Math.ceil(batch / Math.ceil(batch / atOnce)));
    const cotangents = graph.split(cotangent, lengths, 0);
    const pieces = graph
      .split(image, lengths, 0)
      .map((some, piece) => [windowColumns(graph, some, window), cotangents[piece]!] as const);
    return sumOfProducts(graph, pieces, of);
  },
};

/** For each tap, one matrix product per image of the cotangent and of what the tap reads. */
export const tapProducts: KernelForm = {
  name: 'a product for each tap',
  fits: ({ window }) => sizeOf(window.kernel) > 1,
  write: (graph, image, cotangent, of) => {
    const oneTap = { ...of, window: { ...of.window, kernel: of.window.kernel.map(() => 1) } };
    const taps = tapSlices(graph, image, of.window).map((slice) =>
      sumOfProducts(graph, [[slice, cotangent]], oneTap),
    );
    return joinTaps(graph, taps, of);
  },
};

/** For each tap of a depthwise kernel, the sum over the cotangent times what the tap reads. */
export const tapSums: KernelForm = {
  name: 'a sum for each tap',
  fits: ({ channels, filters, group }) => group === channels && group === filters,
  write: (graph, image, cotangent, of) => {
    const axes = [0, ...of.inputs.map((_, axis) => axis + 2)];
    const taps = tapSlices(graph, image, of.window).map((slice) =>
      graph.sum(graph.multiply(slice, cotangent), axes, false),
    );
    return joinTaps(graph, taps, of);
  },
};

/** What each tap of a kernel reads, [N, C, …outputs], in row-major order of the taps. */
export function tapSlices(graph: GraphWriter, image: Value, window: Window): readonly Value[] {
  const { kernel, strides, dilations, before, after, outputs } = window;
  const padded = graph.pad(image, [0, 0, ...before], [0, 0, ...after]);
  return Array.from(positions(kernel), (tap) => {
    const starts = tap.map((place, axis) => place * dilations[axis]!);
    return graph.slice(padded, {
      starts,
      ends: starts.map((start, axis) => start + (outputs[axis]! - 1) * strides[axis]! + 1),
      axes: kernel.map((_, axis) => axis + 2),
      steps: strides,
    });
  });
}

/** Joins what was computed of each tap, K·C/g numbers, to [K, C/g, …kernel]. */
function joinTaps(
  graph: GraphWriter,
  taps: readonly Value[],
  { channels, filters, group, window }: Convolution,
): Value {
  const columns = taps.map((tap) => graph.reshape(tap, [filters, channels / group, 1]));
  return graph.reshape(graph.concat(columns, 2), [filters, channels / group, ...window.kernel]);
}

/** The image convolved with the cotangent as its kernel, where images and channels change places. */
export const cotangentAsKernel: KernelForm = {
  name: 'cotangent as kernel',
  fits: () => true,
  write: (graph, image, cotangent, { batch, channels, filters, group, inputs, window }) => {
    const spatial = inputs.map((_, axis) => axis + 2);
    const apart = graph.reshape(image, [batch, group, channels / group, ...inputs]);
    const exchanged = graph.transpose(apart, [2, 1, 0, ...spatial.map((axis) => axis + 1)]);
    const y = graph.conv(
      graph.reshape(exchanged, [channels / group, group * batch, ...inputs]),
      graph.transpose(cotangent, [1, 0, ...spatial]),
      undefined,
      {
        group,
        strides: window.dilations,
        dilations: window.strides,
        pads: [...window.before, ...window.after],
      },
    );
    // Inputs at the end that no window reached leave room for further taps.
    const taps = cropSpatial(graph, y, undefined, window.kernel);
    return graph.reshape(graph.transpose(taps, [1, 0, ...spatial]), [
      filters,
      channels / group,
      ...window.kernel,
    ]);
  },
};

/**
 * Σ over images of cotangent · columnsᵀ: [K, C/g, …kernel].
 *
 * @param pieces some images each, with what each tap reads for each result (C·taps rows, C the slowest), and the
 *   cotangent of the same images.
 */
export function sumOfProducts(
  graph: GraphWriter,
  pieces: readonly (readonly [columns: Value, cotangent: Value])[],
  { channels, filters, group, window }: Convolution,
): Value {
  const rows = (channels / group) * sizeOf(window.kernel);
  const pixels = sizeOf(window.outputs);
  // Without groups the product stays three-dimensional: runtimes then fuse the transposition into it.
  const lead = group === 1 ? [] : [group];
  const axes = [0, ...lead].map((_, axis) => axis);
  const sums = pieces.map(([columns, cotangent]) => {
    const left = graph.reshape(columns, [columns.shape[0]!, ...lead, rows, pixels]);
    const right = graph.reshape(cotangent, [cotangent.shape[0]!, ...lead, filters / group, pixels]);
    const transposed = graph.transpose(right, [...axes, axes.length + 1, axes.length]);
    return graph.sum(graph.matmul(left, transposed), [0], false);
  });
  const total = sums.reduce((sum, each) => graph.add(sum, each));
  const perGroup = graph.reshape(total, [group, rows, filters / group]);
  return graph.reshape(graph.transpose(perGroup, [0, 2, 1]), [filters, channels / group, ...window.kernel]);
}

/** `count` things in pieces of `most`, the last one being smaller. */
function piecesOf(count: number, most: number): readonly number[] {
  return Array.from({ length: Math.ceil(count / most) }, (_, piece) => Math.min(most, count - piece * most));
}

/** Every window as a column: [N, C·taps, …outputs]. */
function windowColumns(graph: GraphWriter, image: Value, window: Window): Value {
  const channels = image.shape[1]!;
  const taps = sizeOf(window.kernel);
  const oneHot = new Float32Array(channels * taps * taps);
  for (let row = 0; row < channels * taps; row++) oneHot[row * taps + (row % taps)] = 1;
  const kernels = graph.constant(oneHot, [channels * taps, 1, ...window.kernel], image.dataType);
  const columns = graph.conv(image, kernels, undefined, { group: channels, ...windowAttributes(window) });
  // Output padding of a transposed convolution may leave room for a further window, which it never had.
  return cropSpatial(graph, columns, undefined, window.outputs);
}
