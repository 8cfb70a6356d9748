import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import { sizeOf, sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Convolution } from './convolution-geometry.js';
import { convolutionInputGradient, convolutionKernelGradient } from './convolution-gradients.js';
import type { Operator } from '../graph/operator.js';
import {
  cropSpatial,
  flatten,
  inputPosition,
  positions,
  windowAttributes,
  windowOf,
  type Window,
} from './window.js';

const convolutionAttributes = {
  auto_pad: ['string', 'NOTSET'],
  dilations: ['ints'],
  group: ['int', 1],
  kernel_shape: ['ints'],
  pads: ['ints'],
  strides: ['ints'],
} as const;

function checkChannels(node: Node, expectedInput: number): void {
  const [x, weight] = [node.input(0), node.input(1)];
  const group = node.int('group');
  if (x.rank < 3 || weight.rank !== x.rank) {
    throw node.error(
      `input [${x.shape.join(', ')}] and weight [${weight.shape.join(', ')}] must have the same rank, at least 3`,
    );
  }
  if (x.shape[1] !== expectedInput || weight.shape[0]! % group !== 0) {
    throw node.error(
      `input [${x.shape.join(', ')}] does not fit weight [${weight.shape.join(', ')}] in ${group} groups`,
    );
  }
}

function convWindow(node: Node): Window {
  return windowOf(node, node.input(0).shape.slice(2), kernelOf(node));
}

/** The spatial lengths of the weights, which kernel_shape repeats. */
function kernelOf(node: Node): readonly number[] {
  const kernel = node.input(1).shape.slice(2);
  const repeated = node.ints('kernel_shape');
  if (repeated !== undefined && !sameShape(repeated, kernel)) {
    throw node.error(`kernel_shape is [${repeated.join(', ')}], but the weights have [${kernel.join(', ')}]`);
  }
  return kernel;
}

/** Zeros that nobody named: a named initializer stays, as it may be trained later. */
const isZero = (value: Value): boolean =>
  value.constant !== undefined &&
  value.name === undefined &&
  value.constant.data.every((entry) => Number(entry) === 0);

/** The convolution of an image by a kernel, as gradients are written of it. */
function convolutionOf(image: Value, kernel: Value, group: number, window: Window): Convolution {
  const [batch, channels, ...inputs] = image.shape as [number, number, ...number[]];
  return { batch, channels, filters: kernel.shape[0]!, group, inputs, window };
}

const spatialAxes = (value: Value): number[] => value.shape.slice(2).map((_, axis) => axis + 2);

const biasGradient = (graph: GraphWriter, cotangent: Value): Value =>
  graph.sum(cotangent, [0, ...spatialAxes(cotangent)], false);

const convolution: Operator = {
  name: 'Conv',
  inputs: [2, 3],
  roles: [undefined, 'weight', 'bias'],
  // Each output is a sum over the window and the channels of its group.
  multiplyAdds: (node) => sizeOf(node.output().shape) * sizeOf(node.input(1).shape.slice(1)),
  buffers: {
    // The windows as a matrix, one image and group at a time, unless there are more of them than of filters: then each
    // thread lays out a small piece, and a pointwise product needs none.
    workspace: (node) => {
      const [, filters, ...outputs] = node.output().shape as [number, number, ...number[]];
      const kernel = node.input(1).shape.slice(1);
      const pixels = sizeOf(outputs);
      const pointwise = kernel.slice(1).every((length) => length === 1);
      return !pointwise && filters / node.int('group') > pixels ? 4 * sizeOf(kernel) * pixels : 0;
    },
  },
  readsMany: true,
  attributes: convolutionAttributes,
  infer: (node) => {
    const [x, weight] = [node.input(0), node.input(1)];
    checkChannels(node, (weight.shape[1] ?? 0) * node.int('group'));
    return [{ dataType: x.dataType, shape: [x.shape[0]!, weight.shape[0]!, ...convWindow(node).outputs] }];
  },
  // Exporters compute a bias of zeros; without it the kernel has no second use.
  rewrite: (graph, node) => {
    const dropBias = node.hasInput(2) && isZero(node.input(2));
    if (!dropBias && node.text('auto_pad') === 'NOTSET') return undefined;
    return [
      graph.conv(node.input(0), node.input(1), dropBias ? undefined : node.inputs[2], {
        group: node.int('group'),
        ...windowAttributes(convWindow(node)),
      }),
    ];
  },
  evaluate: (node, [x, weight, bias]) => {
    const window = convWindow(node);
    const inputs = x!.shape.slice(2);
    const [batch, channels] = x!.shape as [number, number];
    const [filters, depth] = weight!.shape as [number, number];
    const perGroup = filters / node.int('group');
    const shape = [batch, filters, ...window.outputs];
    const data = new Float64Array(sizeOf(shape));
    const [plane, taps, pixels] = [sizeOf(inputs), sizeOf(window.kernel), sizeOf(window.outputs)];
    for (const output of positions(window.outputs)) {
      for (const tap of positions(window.kernel)) {
        const position = inputPosition(window, inputs, output, tap);
        if (position === undefined) continue;
        const from = flatten(position, inputs);
        const to = flatten(output, window.outputs);
        const at = flatten(tap, window.kernel);
        for (let n = 0; n < batch; n++) {
          for (let k = 0; k < filters; k++) {
            const firstChannel = Math.floor(k / perGroup) * depth;
            let sum = 0;
            for (let c = 0; c < depth; c++) {
              sum +=
                x!.data[(n * channels + firstChannel + c) * plane + from]! *
                weight!.data[(k * depth + c) * taps + at]!;
            }
            data[(n * filters + k) * pixels + to]! += sum;
          }
        }
      }
    }
    if (bias !== undefined) {
      data.forEach(
        (value, entry) => (data[entry] = value + bias.data[Math.floor(entry / pixels) % filters]!),
      );
    }
    return [{ shape, data }];
  },
  gradient: ({ graph, node, cotangent, needs }) => {
    const of = convolutionOf(node.input(0), node.input(1), node.int('group'), convWindow(node));
    // The kernel comes first: its windows are large, and the input is not needed after them.
    const dKernel = needs(1) ? convolutionKernelGradient(graph, node.input(0), cotangent, of) : undefined;
    const dBias = needs(2) ? biasGradient(graph, cotangent) : undefined;
    return [
      needs(0) ? convolutionInputGradient(graph, node.input(1), cotangent, of) : undefined,
      dKernel,
      dBias,
    ];
  },
};

/** The window of the convolution whose input gradient a transposed convolution is, and the lengths it produces. */
function transposedWindow(
  node: Node,
): Window & { readonly inputs: readonly number[]; readonly outputPadding: readonly number[] } {
  const inputs = node.input(0).shape.slice(2);
  const kernel = kernelOf(node);
  const rank = inputs.length;
  const strides = node.ints('strides') ?? new Array<number>(rank).fill(1);
  const dilations = node.ints('dilations') ?? new Array<number>(rank).fill(1);
  const extents = kernel.map((length, axis) => dilations[axis]! * (length - 1) + 1);
  const outputPadding = node.ints('output_padding') ?? new Array<number>(rank).fill(0);
  if (
    [strides, dilations, kernel].some(
      (list) => list.length !== rank || !list.every((length) => Number.isSafeInteger(length) && length >= 1),
    ) ||
    outputPadding.length !== rank ||
    outputPadding.some((length) => length < 0)
  ) {
    throw node.error(
      `kernel [${kernel.join(', ')}], strides [${strides.join(', ')}], dilations [${dilations.join(', ')}] and output_padding [${outputPadding.join(', ')}] do not fit ${rank} spatial axes`,
    );
  }
  const wanted = node.ints('output_shape')?.slice(-rank);
  const automatic = node.text('auto_pad');
  const unpadded = inputs.map(
    (length, axis) => (length - 1) * strides[axis]! + extents[axis]! + outputPadding[axis]!,
  );
  let pads = node.ints('pads') ?? new Array<number>(2 * rank).fill(0);
  if (wanted !== undefined || automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER') {
    const target = wanted ?? inputs.map((length, axis) => length * strides[axis]!);
    const totals = unpadded.map((length, axis) => length - target[axis]!);
    const half = totals.map((total) =>
      automatic === 'SAME_UPPER' ? Math.ceil(total / 2) : Math.floor(total / 2),
    );
    const rest = totals.map((total, axis) => total - half[axis]!);
    // SAME_UPPER puts the larger half at the end.
    pads =
      automatic === 'SAME_UPPER'
        ? [...rest, ...half]
        : [...rest.map((_, axis) => totals[axis]! - half[axis]!), ...half];
  } else if (automatic === 'VALID') {
    pads = new Array<number>(2 * rank).fill(0);
  }
  if (pads.length !== 2 * rank) {
    throw node.error(`pads has ${pads.length} entries, expected ${2 * rank}`);
  }
  const before = pads.slice(0, rank);
  const after = pads.slice(rank);
  const lengths = unpadded.map((length, axis) => length - before[axis]! - after[axis]!);
  return { kernel, strides, dilations, before, after, outputs: inputs, inputs: lengths, outputPadding };
}

/** An output_shape that is larger than the kernels reach: runtimes want the padding with zeros apart. */
function enlargedTransposedConvolution(
  graph: GraphWriter,
  node: Node,
  window: ReturnType<typeof transposedWindow>,
): Value {
  const reached = graph.convTranspose(node.input(0), node.input(1), undefined, {
    group: node.int('group'),
    ...windowAttributes({
      ...window,
      before: window.before.map((pad) => Math.max(pad, 0)),
      after: window.after.map((pad) => Math.max(pad, 0)),
    }),
    output_padding: window.outputPadding,
  });
  const added = (pads: readonly number[]): number[] => [0, 0, ...pads.map((pad) => Math.max(-pad, 0))];
  const y = graph.pad(reached, added(window.before), added(window.after));
  if (!node.hasInput(2)) return y;
  const bias = graph.reshape(node.input(2), [1, -1, ...window.kernel.map(() => 1)]);
  return graph.add(y, bias);
}

const transposedConvolution: Operator = {
  name: 'ConvTranspose',
  inputs: [2, 3],
  roles: [undefined, 'weight', 'bias'],
  // Each input is spread over the window and the filters of its group.
  multiplyAdds: (node) => sizeOf(node.input(0).shape) * sizeOf(node.input(1).shape.slice(1)),
  buffers: {
    // The product of kernel and image, before it is added up, for one image and group.
    workspace: (node) => 4 * sizeOf(node.input(1).shape.slice(1)) * sizeOf(node.input(0).shape.slice(2)),
  },
  readsMany: true,
  attributes: { ...convolutionAttributes, output_padding: ['ints'], output_shape: ['ints'] },
  infer: (node) => {
    const [x, weight] = [node.input(0), node.input(1)];
    checkChannels(node, weight.shape[0] ?? 0);
    return [
      {
        dataType: x.dataType,
        shape: [x.shape[0]!, weight.shape[1]! * node.int('group'), ...transposedWindow(node).inputs],
      },
    ];
  },
  rewrite: (graph, node) => {
    const window = transposedWindow(node);
    if ([...window.before, ...window.after].some((pad) => pad < 0)) {
      return [enlargedTransposedConvolution(graph, node, window)];
    }
    const dropBias = node.hasInput(2) && isZero(node.input(2));
    if (!dropBias && node.text('auto_pad') === 'NOTSET' && node.ints('output_shape') === undefined) {
      return undefined;
    }
    return [
      graph.convTranspose(node.input(0), node.input(1), dropBias ? undefined : node.inputs[2], {
        group: node.int('group'),
        ...windowAttributes(window),
        output_padding: window.outputPadding,
      }),
    ];
  },
  evaluate: (node, [x, weight, bias]) => {
    const window = transposedWindow(node);
    const [batch, channels] = x!.shape as [number, number];
    const perGroup = weight!.shape[1]!;
    const group = node.int('group');
    const filters = perGroup * group;
    const shape = [batch, filters, ...window.inputs];
    const data = new Float64Array(sizeOf(shape));
    const [plane, taps, pixels] = [sizeOf(window.outputs), sizeOf(window.kernel), sizeOf(window.inputs)];
    for (const place of positions(window.outputs)) {
      for (const tap of positions(window.kernel)) {
        const position = inputPosition(window, window.inputs, place, tap);
        if (position === undefined) continue;
        const to = flatten(position, window.inputs);
        const from = flatten(place, window.outputs);
        const at = flatten(tap, window.kernel);
        for (let n = 0; n < batch; n++) {
          for (let c = 0; c < channels; c++) {
            const first = Math.floor(c / (channels / group)) * perGroup;
            const entry = x!.data[(n * channels + c) * plane + from]!;
            for (let k = 0; k < perGroup; k++) {
              data[(n * filters + first + k) * pixels + to]! +=
                entry * weight!.data[(c * perGroup + k) * taps + at]!;
            }
          }
        }
      }
    }
    if (bias !== undefined) {
      data.forEach(
        (value, entry) => (data[entry] = value + bias.data[Math.floor(entry / pixels) % filters]!),
      );
    }
    return [{ shape, data }];
  },
  // The roles of image and result are exchanged: dX is a convolution, dW that of the convolution it transposes.
  gradient: ({ graph, node, cotangent, needs }) => {
    const window = transposedWindow(node);
    const group = node.int('group');
    return [
      needs(0)
        ? cropSpatial(
            graph,
            graph.conv(cotangent, node.input(1), undefined, { group, ...windowAttributes(window) }),
            undefined,
            window.outputs,
          )
        : undefined,
      needs(1)
        ? convolutionKernelGradient(
            graph,
            cotangent,
            node.input(0),
            convolutionOf(cotangent, node.input(1), group, window),
          )
        : undefined,
      needs(2) ? biasGradient(graph, cotangent) : undefined,
    ];
  },
};

export const convolutionOperators: readonly Operator[] = [convolution, transposedConvolution];
