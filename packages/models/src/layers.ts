import type { Attributes, GraphBuilder, Value } from '@lovasz/onnx';
import { sizeOf } from '@lovasz/onnx/parts';
import type { RandomNumbers } from './random-numbers.js';

/** Rows and columns. */
type Size = readonly [height: number, width: number];

/** Layers with their initial weights, over [batch, channels, height, width]. Names are those of node and weights. */
export interface Layers {
  /** Without bias, padded so that stride 1 keeps the size. Drawn by He's normal initialization: variance 2/fan-in. */
  convolution(
    name: string,
    x: Value,
    options: { filters: number; kernel: Size; stride?: number; dilation?: number },
  ): Value;
  /** Doubles the size: stride 2, without bias. Drawn as {@link Layers.convolution}. */
  transposedConvolution(name: string, x: Value, options: { filters: number; kernel: number }): Value;
  /** The last layer, 1×1 with bias. No rectifier follows, so both are uniform in ±1/√fan-in, as in Torch. */
  classifier(name: string, x: Value, classCount: number): Value;
  /** As {@link Layers.classifier}, with kernel 2 and stride 2: doubles the size. */
  upsamplingClassifier(name: string, x: Value, classCount: number): Value;
  batchNormalization(name: string, x: Value, epsilon: number): Value;
  /** A rectifier whose slope below zero is trained, one for each channel, from 1/4. */
  parametricRelu(name: string, x: Value): Value;
  /** Halves the size, and tells where in the whole tensor each maximum lay. */
  maxPool(name: string, x: Value): { values: Value; indices: Value };
  /** Doubles the size: each entry goes to where the pool took its maximum from, the others are 0. */
  maxUnpool(name: string, x: Value, indices: Value): Value;
  /** Drops whole channels of single images in training. */
  spatialDropout(name: string, x: Value, ratio: number): Value;
}

/** Writes layers into a graph. Weights are drawn from `random` in the order of the calls. */
export function layersOf(graph: GraphBuilder, random: RandomNumbers): Layers {
  const apply = (name: string, operator: string, inputs: readonly Value[], attributes: Attributes = {}) =>
    graph.apply(operator, inputs, attributes, { name });
  const weights = (name: string, shape: readonly number[], data: Float32Array): Value =>
    graph.constantTensor({ dataType: 'float32', shape, data }, name);
  const vector = (name: string, length: number, value: number, trailing: readonly number[] = []): Value =>
    weights(name, [length, ...trailing], new Float32Array(length).fill(value));
  const he = (name: string, shape: readonly number[], fanIn: number): Value =>
    weights(name, shape, random.normal(sizeOf(shape), Math.sqrt(2 / fanIn)));
  const torch = (name: string, shape: readonly number[], fanIn: number): Value =>
    weights(name, shape, random.uniform(sizeOf(shape), 1 / Math.sqrt(fanIn)));
  const doubling = { strides: [2, 2] };

  return {
    convolution: (name, x, { filters, kernel, stride = 1, dilation = 1 }) => {
      const shape = [filters, channelsOf(x), ...kernel];
      const pads = kernel.map((length) => Math.floor((dilation * (length - 1)) / 2));
      return apply(name, 'Conv', [x, he(`${name}.weight`, shape, sizeOf(shape.slice(1)))], {
        kernel_shape: kernel,
        strides: [stride, stride],
        dilations: [dilation, dilation],
        pads: [...pads, ...pads],
      })[0]!;
    },
    transposedConvolution: (name, x, { filters, kernel }) => {
      const shape = [channelsOf(x), filters, kernel, kernel];
      // One output pixel is reached by a quarter of the taps.
      const weight = he(`${name}.weight`, shape, (channelsOf(x) * kernel ** 2) / 4);
      const pad = Math.floor((kernel - 1) / 2);
      return apply(name, 'ConvTranspose', [x, weight], {
        ...doubling,
        kernel_shape: [kernel, kernel],
        pads: [pad, pad, pad, pad],
        output_padding: [kernel % 2, kernel % 2],
      })[0]!;
    },
    classifier: (name, x, classCount) => {
      const channels = channelsOf(x);
      const weight = torch(`${name}.weight`, [classCount, channels, 1, 1], channels);
      const bias = torch(`${name}.bias`, [classCount], channels);
      return apply(name, 'Conv', [x, weight, bias], { kernel_shape: [1, 1] })[0]!;
    },
    upsamplingClassifier: (name, x, classCount) => {
      const channels = channelsOf(x);
      const weight = torch(`${name}.weight`, [channels, classCount, 2, 2], channels);
      const bias = torch(`${name}.bias`, [classCount], channels);
      return apply(name, 'ConvTranspose', [x, weight, bias], { ...doubling, kernel_shape: [2, 2] })[0]!;
    },
    batchNormalization: (name, x, epsilon) => {
      const length = channelsOf(x);
      const vectors = [
        vector(`${name}.scale`, length, 1),
        vector(`${name}.bias`, length, 0),
        vector(`${name}.mean`, length, 0),
        vector(`${name}.variance`, length, 1),
      ];
      return apply(name, 'BatchNormalization', [x, ...vectors], { epsilon, momentum: 0.9 })[0]!;
    },
    parametricRelu: (name, x) =>
      apply(name, 'PRelu', [x, vector(`${name}.slope`, channelsOf(x), 0.25, [1, 1])])[0]!,
    maxPool: (name, x) => {
      const [values, indices] = apply(name, 'MaxPool', [x], { ...doubling, kernel_shape: [2, 2] });
      return { values: values!, indices: indices! };
    },
    maxUnpool: (name, x, indices) =>
      apply(name, 'MaxUnpool', [x, indices], { ...doubling, kernel_shape: [2, 2] })[0]!,
    spatialDropout: (name, x, ratio) => {
      // Dropping an entry of ones [batch, channels, 1, 1] drops a channel. They are taken from x, so that no batch is
      // fixed; no gradient flows through a comparison.
      const first = graph.slice(x, { starts: [0, 0], ends: [1, 1], axes: [2, 3] });
      const ones = graph.cast(graph.equal(first, first), 'float32');
      return graph.multiply(x, apply(name, 'Dropout', [ones, graph.constant(ratio)])[0]!);
    },
  };
}

const channelsOf = (x: Value): number => x.shape[1]!;
