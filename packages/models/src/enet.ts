import { GraphBuilder, type ModelProto, type Value } from '@lovasz/onnx';
import { encodeForAnySize } from './encode-for-any-size.js';
import { layersOf, type Layers } from './layers.js';
import { checkNetworkOptions, type NetworkOptions } from './network-options.js';
import { randomNumbers } from './random-numbers.js';

/** The size is halved three times on the way down, and each pool that is undone needs an even size. */
const sizeMultiple = 8;

/** As in the authors' code. */
const epsilon = 1e-3;

/**
 * ENet (Paszke et al., 2016, arXiv:1606.02147), Table 1, all five stages and the full convolution.
 *
 * From `image` [batch, channels, height, width] to `logits` [batch, classes, height, width], in the form for inference.
 * The batch is open in the file. Height and width are open too when both are divisible by 8, and must stay so;
 * otherwise the image is padded with zeros at the bottom and right, the logits are cut back, and the size is fixed.
 *
 * Where the paper leaves something open, the authors' published code decides: ε of batch normalization is 10⁻³; the
 * decoder has ReLU for PReLU and no dropout; the full convolution is 2×2 with stride 2. Biases before a normalization,
 * which has its own, are left out. The paper does not say how weights are drawn: convolutions are by He et al.
 * (2015), who introduced PReLU with it (normal, variance 2/fan-in), the last layer uniform in ±1/√fan-in, slopes 1/4.
 *
 * @throws RangeError for an option that is no integer or out of range.
 *
 * @example
 * const model = enet({ classCount: 11, width: 480, height: 360, seed: 1 });
 */
export function enet(options: NetworkOptions): ModelProto {
  const checked = checkNetworkOptions(options);
  const { classCount, seed } = checked;
  const graph = new GraphBuilder();
  const layers = layersOf(graph, randomNumbers(seed));
  const encode = (name: string, x: Value, kind: EncoderKind): Value =>
    encoderBottleneck(graph, layers, name, x, kind);
  const decode = (name: string, x: Value): Value => decoderBottleneck(graph, layers, name, x);

  return encodeForAnySize(graph, 'enet', checked, sizeMultiple, (image) => {
    let x = initialBlock(graph, layers, image);
    const first = downsampling(graph, layers, 'stage_1.0', x, 64, 0.01);
    x = first.values;
    for (let place = 1; place <= 4; place++) x = encode(`stage_1.${place}`, x, { dropout: 0.01 });
    const second = downsampling(graph, layers, 'stage_2.0', x, 128, 0.1);
    x = second.values;
    for (const stage of ['stage_2', 'stage_3']) {
      dilatedStage.forEach((kind, place) => {
        x = encode(`${stage}.${place + 1}`, x, { dropout: 0.1, ...kind });
      });
    }
    x = upsampling(graph, layers, 'stage_4.0', x, 64, second.indices);
    for (let place = 1; place <= 2; place++) x = decode(`stage_4.${place}`, x);
    x = upsampling(graph, layers, 'stage_5.0', x, 16, first.indices);
    x = decode('stage_5.1', x);
    return layers.upsamplingClassifier('full_convolution', x, classCount);
  });
}

interface EncoderKind {
  readonly dropout: number;
  readonly dilation?: number;
  /** The length of a pair of one-dimensional convolutions in place of the 3×3. */
  readonly asymmetric?: number;
}

/** The bottlenecks of stage 2 after the first, and all of stage 3. */
const dilatedStage: readonly Omit<EncoderKind, 'dropout'>[] = [
  {},
  { dilation: 2 },
  { asymmetric: 5 },
  { dilation: 4 },
  {},
  { dilation: 8 },
  { asymmetric: 5 },
  { dilation: 16 },
];

/** Inside of a bottleneck there are a quarter of the channels. */
const reduction = 4;

/** Figure 2 (a): a strided convolution and a max pool side by side, 16 channels for an image of three. */
function initialBlock(graph: GraphBuilder, layers: Layers, image: Value): Value {
  const convolved = layers.convolution('initial.convolution', image, {
    filters: 13,
    kernel: [3, 3],
    stride: 2,
  });
  const pooled = layers.maxPool('initial.pool', image).values;
  const joined = layers.batchNormalization(
    'initial.normalization',
    graph.concat([convolved, pooled], 1),
    epsilon,
  );
  return layers.parametricRelu('initial.rectifier', joined);
}

/** Figure 2 (b) with stride 1. */
function encoderBottleneck(
  graph: GraphBuilder,
  layers: Layers,
  name: string,
  x: Value,
  kind: EncoderKind,
): Value {
  const projected = layers.convolution(`${name}.projection`, x, {
    filters: x.shape[1]! / reduction,
    kernel: [1, 1],
  });
  const extension = encoderExtension(layers, name, projected, x.shape[1]!, kind);
  return layers.parametricRelu(`${name}.rectifier`, graph.add(extension, x));
}

/** Figure 2 (b) at the start of a stage: half the size, more channels. */
function downsampling(
  graph: GraphBuilder,
  layers: Layers,
  name: string,
  x: Value,
  filters: number,
  dropout: number,
): { values: Value; indices: Value } {
  const projected = layers.convolution(`${name}.projection`, x, {
    filters: filters / reduction,
    kernel: [2, 2],
    stride: 2,
  });
  const extension = encoderExtension(layers, name, projected, filters, { dropout });
  const pooled = layers.maxPool(`${name}.pool`, x);
  const widened = graph.pad(pooled.values, [0, 0, 0, 0], [0, filters - x.shape[1]!, 0, 0]);
  return {
    values: layers.parametricRelu(`${name}.rectifier`, graph.add(extension, widened)),
    indices: pooled.indices,
  };
}

/** What follows the projection of an encoder's bottleneck, up to the addition. */
function encoderExtension(
  layers: Layers,
  name: string,
  projected: Value,
  filters: number,
  { dropout, dilation = 1, asymmetric }: EncoderKind,
): Value {
  const inner = projected.shape[1]!;
  const rectified = (part: string, x: Value): Value =>
    layers.parametricRelu(
      `${name}.${part}.rectifier`,
      layers.batchNormalization(`${name}.${part}.normalization`, x, epsilon),
    );
  let x = rectified('projection', projected);
  if (asymmetric === undefined) {
    x = layers.convolution(`${name}.main`, x, { filters: inner, kernel: [3, 3], dilation });
  } else {
    x = layers.convolution(`${name}.main.vertical`, x, { filters: inner, kernel: [asymmetric, 1] });
    x = layers.convolution(`${name}.main.horizontal`, x, { filters: inner, kernel: [1, asymmetric] });
  }
  x = layers.convolution(`${name}.expansion`, rectified('main', x), { filters, kernel: [1, 1] });
  x = layers.batchNormalization(`${name}.expansion.normalization`, x, epsilon);
  return layers.spatialDropout(`${name}.dropout`, x, dropout);
}

/** A bottleneck of the decoder that keeps the size. */
function decoderBottleneck(graph: GraphBuilder, layers: Layers, name: string, x: Value): Value {
  const filters = x.shape[1]!;
  const extension = decoderExtension(graph, layers, name, x, filters, (inner) =>
    layers.convolution(`${name}.main`, inner, { filters: filters / reduction, kernel: [3, 3] }),
  );
  return graph.relu(graph.add(extension, x));
}

/** A bottleneck that doubles the size; its other branch puts entries back where the encoder's pool had found them. */
function upsampling(
  graph: GraphBuilder,
  layers: Layers,
  name: string,
  x: Value,
  filters: number,
  indices: Value,
): Value {
  const extension = decoderExtension(graph, layers, name, x, filters, (inner) =>
    layers.transposedConvolution(`${name}.main`, inner, { filters: filters / reduction, kernel: 3 }),
  );
  const narrowed = layers.convolution(`${name}.other`, x, { filters, kernel: [1, 1] });
  const other = layers.batchNormalization(`${name}.other.normalization`, narrowed, epsilon);
  return graph.relu(graph.add(extension, layers.maxUnpool(`${name}.unpool`, other, indices)));
}

/** The branch of a decoder's bottleneck that convolves, up to the addition. */
function decoderExtension(
  graph: GraphBuilder,
  layers: Layers,
  name: string,
  x: Value,
  filters: number,
  main: (inner: Value) => Value,
): Value {
  const rectified = (part: string, value: Value): Value =>
    graph.relu(layers.batchNormalization(`${name}.${part}.normalization`, value, epsilon));
  const projected = layers.convolution(`${name}.projection`, x, {
    filters: filters / reduction,
    kernel: [1, 1],
  });
  const convolved = main(rectified('projection', projected));
  const expanded = layers.convolution(`${name}.expansion`, rectified('main', convolved), {
    filters,
    kernel: [1, 1],
  });
  return layers.batchNormalization(`${name}.expansion.normalization`, expanded, epsilon);
}
