import {
  hasOneTap,
  isPointwise,
  isUnstrided,
  sumOfProducts,
  tapSlices,
  type InputForm,
  type KernelForm,
} from '@lovasz/onnx/convolution-gradients';
import { sizeOf } from '@lovasz/onnx/parts';

/*
 * Forms of a convolution's gradients that `@lovasz/onnx` does not choose anywhere: what its choices are measured
 * against.
 */

const range = (count: number, from = 0): readonly number[] =>
  Array.from({ length: count }, (_, place) => from + place);

/** The kernel, transposed, times the cotangent of each image. */
const inputProduct: InputForm = {
  name: 'product',
  fits: (of) => isPointwise(of) && of.group === 1,
  write: (graph, weight, cotangent, { batch, channels, filters, inputs }) => {
    const transposed = graph.transpose(graph.reshape(weight, [filters, channels]), [1, 0]);
    const y = graph.reshape(cotangent, [batch, filters, sizeOf(inputs)]);
    return graph.reshape(graph.matmul(transposed, y), [batch, channels, ...inputs]);
  },
};

/** The kernel of one tap, transposed, convolved with the cotangent; zeros are padded in between. */
const spreadProduct: InputForm = {
  name: 'product, spread',
  fits: (of) =>
    hasOneTap(of) && !isUnstrided(of) && of.group === 1 && of.window.before.every((pad) => pad === 0),
  write: (graph, weight, cotangent, { batch, channels, inputs, window }) => {
    const { strides, outputs } = window;
    const y = graph.conv(cotangent, graph.transpose(weight, [1, 0, ...range(inputs.length, 2)]));
    const apart = graph.reshape(y, [batch, channels, ...outputs.flatMap((length) => [length, 1])]);
    const between = strides.flatMap((stride) => [0, stride - 1]);
    const spread = graph.pad(apart, [0, 0, ...between.map(() => 0)], [0, 0, ...between]);
    const whole = outputs.map((length, axis) => length * strides[axis]!);
    return graph.slice(graph.reshape(spread, [batch, channels, ...whole]), {
      starts: inputs.map(() => 0),
      ends: inputs,
      axes: range(inputs.length, 2),
    });
  },
};

export const inputCandidates: readonly InputForm[] = [inputProduct, spreadProduct];

/** The windows are laid out by joining the slices that the taps read. */
const joinedSlices: KernelForm = {
  name: 'joined slices',
  fits: (of) => !isPointwise(of),
  write: (graph, image, cotangent, of) => {
    const pixels = sizeOf(of.window.outputs);
    const slices = tapSlices(graph, image, of.window).map((slice) =>
      graph.reshape(slice, [of.batch, of.channels, 1, pixels]),
    );
    return sumOfProducts(graph, [[graph.concat(slices, 2), cotangent]], of);
  },
};

/** Windows that tile the image are laid out by a transposition. */
const tiles: KernelForm = {
  name: 'tiles',
  fits: ({ inputs, window: { kernel, strides, dilations, before, outputs } }) =>
    kernel.every(
      (length, axis) =>
        length > 1 &&
        length === strides[axis] &&
        dilations[axis] === 1 &&
        before[axis] === 0 &&
        inputs[axis] === length * outputs[axis]!,
    ),
  write: (graph, image, cotangent, of) => {
    const { kernel, outputs } = of.window;
    const apart = graph.reshape(image, [
      of.batch,
      of.channels,
      ...outputs.flatMap((length, axis) => [length, kernel[axis]!]),
    ]);
    const tapsFirst = kernel.map((_, axis) => 3 + 2 * axis);
    const columns = graph.transpose(apart, [0, 1, ...tapsFirst, ...tapsFirst.map((axis) => axis - 1)]);
    return sumOfProducts(graph, [[columns, cotangent]], of);
  },
};

export const kernelCandidates: readonly KernelForm[] = [joinedSlices, tiles];
