import { describe, expect, test } from '@jest/globals';
import { GraphBuilder } from '../graph-builder.js';
import { differentiateOutputs } from '../differentiation/differentiate.js';
import { interpret } from '../graph/interpret.js';
import type { Attributes } from '../graph/attributes.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { flatLength, layOut, unflatten } from '../training/flat-vector.js';
import { noGradient, type Numbers } from '../graph/operator.js';
import { operatorNamed, operatorNames } from './registry.js';
import { randomNumbers } from '../graph/random-numbers.fixture.js';

/** An input: its shape and, where values must keep away from a kink, how they are drawn; or a constant. */
type Input =
  | { shape: number[]; draw?: (random: number) => number }
  | { constant: number[]; type?: 'int64' | 'float32' | 'bool'; shape?: number[] };

interface Case {
  readonly operator: string;
  readonly inputs: readonly Input[];
  readonly attributes?: Attributes;
  /** What the operator takes, by default float64. Arithmetic is float64 all the same. */
  readonly dataType?: 'float32';
}

const signed = (random: number): number => 2 * random - 1;
const positive = (random: number): number => 0.3 + random;
/** Away from 0 by at least 0.1, of either sign. */
const awayFromZero = (random: number): number => Math.sign(random - 0.5) * (0.1 + 2 * Math.abs(random - 0.5));

const x = (...shape: number[]): Input => ({ shape });
const away = (...shape: number[]): Input => ({ shape, draw: awayFromZero });
const above = (...shape: number[]): Input => ({ shape, draw: positive });
const integers = (...constant: number[]): Input => ({ constant, type: 'int64' });
const tuples = (shape: number[], ...constant: number[]): Input => ({ constant, type: 'int64', shape });
const conv = (shape: number[], weight: number[], attributes: Attributes = {}, bias = false): Case => ({
  operator: 'Conv',
  inputs: [x(...shape), x(...weight), ...(bias ? [x(weight[0]!)] : [])],
  attributes,
});
const convTranspose = (
  shape: number[],
  weight: number[],
  attributes: Attributes = {},
  bias?: number,
): Case => ({
  operator: 'ConvTranspose',
  inputs: [x(...shape), x(...weight), ...(bias === undefined ? [] : [x(bias)])],
  attributes,
});
const unary = (operator: string, input: Input = away(2, 3), attributes: Attributes = {}): Case => ({
  operator,
  inputs: [input],
  attributes,
});

/** X of 3 steps, 2 sequences and 2 features, 3 hidden units: weights, biases, lengths, initial states, peepholes. */
const recurrent = (
  operator: 'RNN' | 'GRU' | 'LSTM',
  gates: number,
  attributes: Attributes = {},
  { lengths = false, batchFirst = false } = {},
): Case => {
  const directions = attributes['direction'] === 'bidirectional' ? 2 : 1;
  const state = batchFirst ? x(2, directions, 3) : x(directions, 2, 3);
  return {
    operator,
    inputs: [
      batchFirst ? x(2, 3, 2) : x(3, 2, 2),
      x(directions, gates * 3, 2),
      x(directions, gates * 3, 3),
      x(directions, 2 * gates * 3),
      { constant: lengths ? [3, 1] : [3, 3], type: 'int64' },
      state,
      ...(operator === 'LSTM' ? [state, x(directions, 9)] : []),
    ],
    attributes: { ...attributes, ...(batchFirst ? { layout: 1 } : {}) },
  };
};

const bools = (shape: number[], ...constant: number[]): Input => ({ constant, shape, type: 'bool' });

const cases: readonly Case[] = [
  {
    operator: 'Attention',
    inputs: [x(2, 2, 8), x(2, 3, 4), x(2, 3, 6), x(2, 5), x(2, 2, 2, 2), x(2, 2, 2, 3)],
    attributes: { q_num_heads: 4, kv_num_heads: 2, is_causal: 1, softcap: 1.5 },
  },
  {
    // A mask that leaves the first query without any key, and ends before the last key.
    operator: 'Attention',
    inputs: [x(1, 1, 3, 2), x(1, 1, 4, 2), x(1, 1, 4, 2), bools([3, 3], 0, 0, 0, 1, 0, 1, 1, 1, 1)],
    attributes: { left_window_size: 1, scale: 0.7 },
  },
  {
    operator: 'RotaryEmbedding',
    inputs: [x(1, 2, 12), x(5, 2), x(5, 2), tuples([1, 2], 4, 1)],
    attributes: { num_heads: 2, rotary_embedding_dim: 4, interleaved: 1 },
  },
  { operator: 'RotaryEmbedding', inputs: [x(1, 2, 3, 4), x(1, 3, 2), x(1, 3, 2)] },
  {
    operator: 'TensorScatter',
    inputs: [x(2, 4, 3), x(2, 2, 3), integers(1, 3)],
    attributes: { mode: 'circular' },
  },
  ...['linear', 'gated', 'delta', 'gated_delta'].map((rule): Case => ({
    operator: 'LinearAttention',
    inputs: [
      x(1, 3, 8),
      x(1, 3, 4),
      x(1, 3, 6),
      x(1, 2, 2, 3),
      ...(rule.startsWith('gated') ? [x(1, 3, rule === 'gated' ? 2 : 4)] : [x(0)]),
      ...(rule.endsWith('delta') ? [x(1, 3, 2)] : []),
    ],
    attributes: { q_num_heads: 4, kv_num_heads: 2, update_rule: rule },
  })),
  {
    operator: 'CausalConvWithState',
    inputs: [x(2, 3, 4), x(3, 1, 3), x(3), x(2, 3, 2)],
    attributes: { activation: 'silu' },
  },
  { operator: 'DFT', inputs: [x(2, 5, 1), integers(6), integers(1)], attributes: { onesided: 1 } },
  { operator: 'DFT', inputs: [x(4, 2, 2), integers(3), integers(0)], attributes: { inverse: 1 } },
  { operator: 'DFT', inputs: [x(3, 2)], attributes: { inverse: 1, onesided: 1 } },
  { operator: 'STFT', inputs: [x(2, 9, 1), integers(2), x(4)] },
  {
    operator: 'DeformConv',
    inputs: [x(2, 4, 4, 3), x(4, 2, 2, 2), x(2, 16, 4, 3), x(4), x(2, 8, 4, 3)],
    attributes: { group: 2, offset_group: 2, pads: [1, 0, 0, 1] },
  },
  { operator: 'AffineGrid', inputs: [x(2, 2, 3), integers(2, 1, 3, 2)], attributes: { align_corners: 1 } },
  { operator: 'CumProd', inputs: [x(2, 4), integers(-1)], attributes: { reverse: 1, exclusive: 1 } },
  unary('Swish', x(5), { alpha: 1.5 }),
  { operator: 'SwiGLU', inputs: [x(2, 3), x(2, 3)] },
  { operator: 'OneHot', inputs: [integers(2, -1, 0), integers(3), x(2)], attributes: { axis: 0 } },
  {
    operator: 'DequantizeLinear',
    inputs: [integers(3, -4, 7), x(3)],
    attributes: { axis: 0 },
  },
  recurrent('RNN', 1, { direction: 'reverse', activations: ['Softsign'] }, { lengths: true }),
  recurrent('RNN', 1, { direction: 'bidirectional' }, { batchFirst: true }),
  recurrent('GRU', 3, { direction: 'bidirectional' }, { lengths: true }),
  recurrent('GRU', 3, { linear_before_reset: 1, clip: 2.5 }, { batchFirst: true }),
  recurrent('LSTM', 4, { direction: 'bidirectional' }, { lengths: true, batchFirst: true }),
  recurrent('LSTM', 4, {
    input_forget: 1,
    activations: ['HardSigmoid', 'Affine', 'ScaledTanh'],
    activation_alpha: [0.1, 0.7, 1.3],
    activation_beta: [0.5, 0.2, 0.8],
  }),
  ...[
    'Neg',
    'Abs',
    'Exp',
    'Reciprocal',
    'Sin',
    'Cos',
    'Tan',
    'Sinh',
    'Cosh',
    'Asinh',
    'Tanh',
    'Atan',
    'Erf',
    'Sigmoid',
    'Softplus',
    'Relu',
  ].map((name) => unary(name)),
  ...['Elu', 'Selu', 'Celu', 'Gelu', 'LeakyRelu', 'HardSwish', 'HardSigmoid', 'Softsign', 'Mish'].map(
    (name) => unary(name),
  ),
  ...['Log', 'Sqrt'].map((name) => unary(name, above(2, 3))),
  ...['Asin', 'Acos', 'Atanh'].map((name) =>
    unary(name, { shape: [5], draw: (random) => 1.6 * random - 0.8 }),
  ),
  unary('Acosh', { shape: [5], draw: (random) => 1.2 + random }),
  unary('Celu', away(4), { alpha: 0.4 }),
  unary('Gelu', away(4), { approximate: 'tanh' }),
  unary('ThresholdedRelu', away(9), { alpha: 0.05 }),
  unary('Shrink', away(9), { lambd: 0.05, bias: 0.3 }),
  {
    operator: 'Mod',
    inputs: [{ shape: [4], draw: (random) => 3.1 + 0.4 * random }, above(1)],
    attributes: { fmod: 1 },
  },
  {
    operator: 'Mod',
    inputs: [
      { shape: [4], draw: (random) => -0.9 * random - 0.05 },
      { shape: [1], draw: () => 1 },
    ],
  },
  unary('LeakyRelu', away(4), { alpha: 0.3 }),
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].flatMap((operator): Case[] => [
    { operator, inputs: [x(2, 3), above(2, 3)] },
    { operator, inputs: [x(2, 1, 3), above(4, 1)] },
    { operator, inputs: [x(), above(2, 2)] },
  ]),
  { operator: 'Pow', inputs: [above(2, 3), x(3)] },
  { operator: 'Pow', inputs: [above(3), { constant: [3] }] },
  { operator: 'Max', inputs: [x(3), x(2, 3), x(1)] },
  { operator: 'Mean', inputs: [x(3), x(2, 3), x(1)] },
  { operator: 'PRelu', inputs: [away(2, 3, 2, 2), x(3, 1, 1)] },
  { operator: 'PRelu', inputs: [away(2, 3), x(1)] },
  { operator: 'Clip', inputs: [away(12), { constant: [-0.55] }, { constant: [0.45] }] },
  {
    operator: 'Clip',
    inputs: [away(12), { shape: [], draw: () => -0.55 }, { shape: [], draw: () => 0.45 }],
  },
  { operator: 'Pad', inputs: [x(2, 3), integers(1, 0, -1, 2), x()] },
  { operator: 'MatMul', inputs: [x(2, 3), x(3, 4)] },
  { operator: 'MatMul', inputs: [x(2, 1, 2, 3), x(5, 3, 2)] },
  { operator: 'MatMul', inputs: [x(3), x(3)] },
  { operator: 'MatMul', inputs: [x(2, 2, 3), x(3)] },
  {
    operator: 'Gemm',
    inputs: [x(3, 2), x(4, 3), x(4)],
    attributes: { transA: 1, transB: 1, alpha: 0.5, beta: 2 },
  },
  { operator: 'Softmax', inputs: [x(2, 4, 3)], attributes: { axis: 1 } },
  { operator: 'LogSoftmax', inputs: [x(2, 4)] },
  ...[
    'ReduceSum',
    'ReduceMean',
    'ReduceMax',
    'ReduceMin',
    'ReduceL1',
    'ReduceL2',
    'ReduceLogSumExp',
    'ReduceProd',
    'ReduceSumSquare',
  ].flatMap((operator): Case[] => [
    { operator, inputs: [away(2, 3, 2), integers(1)] },
    { operator, inputs: [away(2, 3, 2), integers(0, -1)], attributes: { keepdims: 0 } },
    { operator, inputs: [away(2, 2)] },
  ]),
  {
    // Bins that overlap, bins outside of the image, and 7 rows in 13 bins, of which float32 makes 8.
    operator: 'MaxRoiPool',
    inputs: [
      x(2, 2, 9, 4),
      { constant: [1, 1, 0, 6, 12, 0, -3, 2.4, 5, 32, 1, 2, 90, 2, 90], type: 'float32', shape: [3, 5] },
    ],
    attributes: { pooled_shape: [13, 3], spatial_scale: 0.5 },
    dataType: 'float32',
  },
  ...['half_pixel', 'output_half_pixel'].map((mode): Case => ({
    operator: 'RoiAlign',
    inputs: [
      x(2, 2, 5, 4),
      { constant: [-2, 0, 6.3, 5, 1, 2, 1.1, 2.1], type: 'float32', shape: [2, 4] },
      integers(1, 0),
    ],
    attributes: {
      coordinate_transformation_mode: mode,
      mode: 'max',
      output_height: 2,
      output_width: 3,
      sampling_ratio: 2,
    },
    dataType: 'float32',
  })),
  { operator: 'Reshape', inputs: [x(2, 6), integers(0, -1, 2)] },
  { operator: 'Transpose', inputs: [x(2, 3, 4)], attributes: { perm: [2, 0, 1] } },
  { operator: 'Expand', inputs: [x(3, 1), integers(2, 1, 4)] },
  { operator: 'Tile', inputs: [x(2, 3), integers(2, 1)] },
  { operator: 'Concat', inputs: [x(2, 1), x(2, 3)], attributes: { axis: -1 } },
  { operator: 'Split', inputs: [x(2, 5), integers(2, 3)], attributes: { axis: 1 } },
  { operator: 'DepthToSpace', inputs: [x(1, 8, 2, 1)], attributes: { blocksize: 2, mode: 'CRD' } },
  { operator: 'SpaceToDepth', inputs: [x(1, 2, 4, 2)], attributes: { blocksize: 2 } },
  { operator: 'Trilu', inputs: [x(3, 3)], attributes: { upper: 0 } },
  { operator: 'Slice', inputs: [x(4, 5), integers(1, 0), integers(4, -1)] },
  { operator: 'Slice', inputs: [x(5, 4), integers(-1), integers(-6), integers(0), integers(-2)] },
  { operator: 'Pad', inputs: [x(2, 3), integers(1, 0, 0, 2)] },
  { operator: 'Pad', inputs: [x(2, 4), integers(0, -1, 1, 2)] },
  { operator: 'Pad', inputs: [x(2, 4), integers(0, 2, 0, 3)], attributes: { mode: 'reflect' } },
  { operator: 'Pad', inputs: [x(3, 3), integers(1, 0, 2, 1)], attributes: { mode: 'edge' } },
  { operator: 'Pad', inputs: [x(3, 3), integers(1, 0, 2, 1)], attributes: { mode: 'wrap' } },
  { operator: 'Gather', inputs: [x(3, 4), integers(2, 0, 2)], attributes: { axis: 1 } },
  { operator: 'GatherND', inputs: [x(3, 4), tuples([2, 2], 0, 1, -1, 2)] },
  { operator: 'GatherND', inputs: [x(2, 3, 2), tuples([2, 1], 2, -2)], attributes: { batch_dims: 1 } },
  { operator: 'ScatterND', inputs: [x(3, 2), tuples([2, 1], 2, 0), x(2, 2)] },
  ...['add', 'mul', 'max', 'min'].flatMap((reduction): Case[] => [
    { operator: 'ScatterND', inputs: [x(3, 2), tuples([3, 1], 2, 0, 2), x(3, 2)], attributes: { reduction } },
    {
      operator: 'ScatterElements',
      inputs: [x(3, 2), tuples([3, 2], 0, 1, 0, 0, 2, 1), x(3, 2)],
      attributes: { reduction },
    },
  ]),
  { operator: 'ScatterElements', inputs: [x(4, 2), tuples([2, 2], 3, 0, 1, 2), x(2, 2)] },
  { operator: 'Compress', inputs: [x(3, 2), integers(0, 1, 1)], attributes: { axis: 0 } },
  { operator: 'Compress', inputs: [x(2, 3), integers(0, 1, 0, 1)] },
  { operator: 'ReverseSequence', inputs: [x(4, 3), integers(1, 4, 3)] },
  { operator: 'CenterCropPad', inputs: [x(5, 2), integers(2, 5)] },
  { operator: 'Det', inputs: [x(2, 3, 3)] },
  { operator: 'Det', inputs: [x(1, 1)] },
  ...[
    ['bij,bjk->bik', [2, 2, 3], [2, 3, 2]],
    ['...ij,jk->k...i', [2, 2, 3], [3, 4]],
    ['ij,kl->', [2, 3], [2, 2]],
    ['iji,j->ji', [2, 3, 2], [3]],
    ['b...,...->b', [2, 3], [1]],
  ].map(([equation, ...shapes]): Case => ({
    operator: 'Einsum',
    inputs: shapes.map((shape) => x(...(shape as number[]))),
    attributes: { equation: equation as string },
  })),
  { operator: 'Einsum', inputs: [x(2, 3), x(3, 2), x(2)], attributes: { equation: 'ab, bc, c' } },
  {
    operator: 'Col2Im',
    inputs: [x(1, 8, 6), integers(5, 4), integers(2, 2)],
    attributes: { strides: [2, 1], pads: [0, 0, 0, 0] },
  },
  ...['bilinear', 'nearest', 'bicubic'].flatMap((mode) =>
    ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
      [0, 1].map((align_corners): Case => ({
        operator: 'GridSample',
        inputs: [x(1, 2, 3, 4), { shape: [1, 3, 2, 2], draw: (random) => 2.6 * random - 1.3 }],
        attributes: { mode, padding_mode, align_corners },
      })),
    ),
  ),
  { operator: 'GridSample', inputs: [x(1, 1, 2, 3, 2), x(1, 2, 1, 2, 3)] },
  { operator: 'NegativeLogLikelihoodLoss', inputs: [x(3, 2), integers(1, 0, 1)] },
  {
    operator: 'NegativeLogLikelihoodLoss',
    inputs: [x(2, 3, 2), tuples([2, 2], 1, 255, 0, 2), x(3)],
    attributes: { ignore_index: 255, reduction: 'mean' },
  },
  {
    operator: 'SoftmaxCrossEntropyLoss',
    inputs: [x(2, 3, 2), tuples([2, 2], 1, 255, 0, 2)],
    attributes: { ignore_index: 255, reduction: 'none' },
  },
  { operator: 'CumSum', inputs: [x(2, 4), integers(1)], attributes: { exclusive: 1 } },
  { operator: 'TopK', inputs: [x(2, 5), integers(3)] },
  conv([2, 3, 5, 4], [4, 3, 3, 3], { pads: [1, 1, 1, 1] }, true),
  conv([1, 2, 6, 7], [3, 2, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv([1, 2, 6, 6], [2, 2, 2, 2], { strides: [2, 2] }),
  conv([1, 2, 7, 6], [2, 2, 3, 3], { dilations: [2, 2], pads: [2, 2, 2, 2] }),
  conv([1, 4, 5, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
  conv([2, 3, 4, 4], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
  conv([2, 3, 4, 4], [5, 3, 1, 1], {}, true),
  conv([1, 3, 5, 5], [2, 3, 1, 1], { strides: [2, 2] }),
  conv([1, 2, 5, 6], [3, 2, 1, 5], { pads: [0, 2, 0, 2] }),
  conv([1, 2, 5, 5], [3, 2, 5, 1], { pads: [2, 0, 2, 0] }),
  conv([1, 2, 5, 5], [2, 2, 2, 3], { pads: [0, 1, 1, 2] }),
  conv([1, 2, 5, 5], [2, 2, 3, 3], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  conv([1, 2, 5, 4], [2, 2, 2, 2], { auto_pad: 'SAME_LOWER' }),
  conv([1, 2, 7], [3, 2, 3], { pads: [1, 1], strides: [2] }),
  conv([1, 2, 3, 4, 3], [2, 2, 2, 3, 2], { pads: [1, 1, 0, 0, 1, 1] }),
  conv([1, 1, 3, 3], [1, 1, 1, 1], { pads: [1, 1, 1, 1] }),
  convTranspose([2, 3, 3, 4], [3, 2, 2, 2], { strides: [2, 2] }, 2),
  convTranspose([1, 2, 3, 3], [2, 3, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }),
  convTranspose([1, 4, 3, 3], [4, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
  convTranspose([1, 2, 3, 2], [2, 2, 3, 3], { dilations: [2, 2] }),
  convTranspose([1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  { operator: 'MaxPool', inputs: [x(2, 2, 4, 6)], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  ...[1, 2, 3].map((p): Case => ({
    operator: 'LpPool',
    inputs: [away(1, 2, 5, 4)],
    attributes: { p, kernel_shape: [2, 2], strides: [2, 2], pads: [1, 0, 0, 0], ceil_mode: 1 },
  })),
  { operator: 'GlobalLpPool', inputs: [away(1, 2, 3, 2)], attributes: { p: 3 } },
  {
    operator: 'AveragePool',
    inputs: [x(1, 2, 5, 5)],
    attributes: { kernel_shape: [2, 2], dilations: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  {
    operator: 'MaxPool',
    inputs: [x(1, 1, 5, 5)],
    attributes: { kernel_shape: [2, 2], dilations: [2, 2], auto_pad: 'SAME_LOWER' },
  },
  { operator: 'MaxPool', inputs: [x(2, 2, 5, 6)], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
  { operator: 'MaxPool', inputs: [x(1, 2, 5, 5)], attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] } },
  {
    operator: 'MaxPool',
    inputs: [x(1, 1, 6, 5)],
    attributes: { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 },
  },
  {
    operator: 'AveragePool',
    inputs: [x(1, 2, 5, 5)],
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
  },
  {
    operator: 'AveragePool',
    inputs: [x(1, 2, 6, 5)],
    attributes: {
      kernel_shape: [3, 2],
      strides: [2, 2],
      ceil_mode: 1,
      count_include_pad: 1,
      pads: [1, 0, 1, 1],
    },
  },
  { operator: 'GlobalAveragePool', inputs: [x(2, 3, 2, 4)] },
  { operator: 'GlobalMaxPool', inputs: [x(2, 3, 2, 4)] },
  ...[0, 1].map((training): Case => ({
    operator: 'BatchNormalization',
    inputs: [x(3, 2, 2, 3), x(2), x(2), { constant: [0.2, -0.3] }, { constant: [0.8, 1.7] }],
    attributes: { training_mode: training, momentum: 0 },
  })),
  { operator: 'InstanceNormalization', inputs: [x(2, 3, 4, 2), x(3), x(3)] },
  { operator: 'LayerNormalization', inputs: [x(2, 3, 4), x(3, 4), x(3, 4)], attributes: { axis: 1 } },
  { operator: 'RMSNormalization', inputs: [x(2, 3, 4), x(4)] },
  { operator: 'GroupNormalization', inputs: [x(2, 4, 3), x(2), x(2)], attributes: { num_groups: 2 } },
  { operator: 'GroupNormalization', inputs: [x(2, 4, 3), x(4), x(4)], attributes: { num_groups: 2 } },
  { operator: 'MeanVarianceNormalization', inputs: [x(2, 3, 2, 2)] },
  { operator: 'LpNormalization', inputs: [away(2, 3)], attributes: { p: 1 } },
  { operator: 'LpNormalization', inputs: [x(2, 3)], attributes: { axis: 0 } },
  { operator: 'LRN', inputs: [x(1, 5, 2)], attributes: { size: 3, alpha: 0.5, beta: 0.6 } },
  { operator: 'LRN', inputs: [x(1, 5, 2)], attributes: { size: 4, alpha: 0.5, bias: 2 } },
  ...(['nearest', 'linear', 'cubic'] as const).flatMap((mode): Case[] =>
    ['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel'].map((coordinates) => ({
      operator: 'Resize',
      inputs: [x(1, 2, 3, 4), { constant: [] }, { constant: [] }, integers(1, 2, 5, 3)],
      attributes: { mode, coordinate_transformation_mode: coordinates },
    })),
  ),
  ...(
    [
      { mode: 'linear', antialias: 1 },
      { mode: 'cubic', antialias: 1, exclude_outside: 1 },
      { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: 7 },
      { mode: 'cubic', axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
      { mode: 'nearest', axes: [2, 3], keep_aspect_ratio_policy: 'not_smaller' },
    ] as Attributes[]
  ).map((attributes): Case => ({
    operator: 'Resize',
    inputs: [
      x(1, 2, 5, 4),
      { constant: [0, 0, 0.2, -0.1, 1, 1, 0.7, 1.2] },
      { constant: [] },
      'axes' in attributes ? integers(3, 7) : integers(1, 2, 3, 7),
    ],
    attributes,
  })),
  // Weights of which one side has length 1, and what only arranges entries: some of these are a Reshape.
  { operator: 'MatMul', inputs: [x(3, 5), x(5, 1)] },
  { operator: 'MatMul', inputs: [x(3, 1), x(1, 4)] },
  { operator: 'Gemm', inputs: [x(3, 5), x(1, 5), x(1)], attributes: { transB: 1 } },
  { operator: 'Gemm', inputs: [x(3, 1), x(4, 1), x(1, 4)], attributes: { transB: 1 } },
  conv([1, 1, 3, 3], [2, 1, 1, 1], {}, true),
  recurrent('RNN', 1),
  recurrent('GRU', 3),
  recurrent('LSTM', 4),
  unary('Flatten', x(1, 2, 3)),
  unary('Flatten', x(2, 3), { axis: 0 }),
  { operator: 'Squeeze', inputs: [x(2, 1, 3), integers(1)] },
  { operator: 'Squeeze', inputs: [x(1, 2, 1)] },
  { operator: 'Unsqueeze', inputs: [x(2, 3), integers(0, -1)] },
  unary('Identity', x(2, 3)),
  unary('Dropout', x(2, 3)),
  { operator: 'Transpose', inputs: [x(1, 4)] },
  { operator: 'Transpose', inputs: [x(1, 4, 2)], attributes: { perm: [1, 0, 2] } },
  { operator: 'Expand', inputs: [x(1, 3, 2), integers(2, 3, 2)] },
  { operator: 'Tile', inputs: [x(1, 3), integers(1, 1)] },
  { operator: 'Tile', inputs: [x(1, 3), integers(4, 1)] },
  { operator: 'DepthToSpace', inputs: [x(1, 4, 1, 1)], attributes: { blocksize: 2 } },
  { operator: 'SpaceToDepth', inputs: [x(1, 1, 2, 2)], attributes: { blocksize: 2 } },
  { operator: 'Einsum', inputs: [x(1, 3), x(3, 1)], attributes: { equation: 'ij,jk->ki' } },
  { operator: 'Einsum', inputs: [x(2, 1, 3)], attributes: { equation: 'ijk->jki' } },
  { operator: 'GatherND', inputs: [x(1, 4), tuples([2, 2], 0, 1, 0, 3)] },
  { operator: 'GatherElements', inputs: [x(2, 3), tuples([2, 2], 0, 2, 1, 1)], attributes: { axis: 1 } },
  { operator: 'Where', inputs: [bools([2, 1], 1, 0), x(2, 3), x(1, 3)] },
  { operator: 'Cast', inputs: [x(2, 3)], attributes: { to: 11 } },
  { operator: 'CastLike', inputs: [x(2, 3), { constant: [0], type: 'float32' }] },
  { operator: 'Sum', inputs: [x(3), x(2, 3), x(1)] },
  { operator: 'ReduceLogSum', inputs: [above(2, 1, 3), integers(1, 2)] },
  {
    operator: 'MaxUnpool',
    inputs: [x(1, 1, 2, 2), tuples([1, 1, 2, 2], 5, 2, 8, 15)],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
  {
    operator: 'SoftmaxCrossEntropyLoss',
    inputs: [x(2, 3, 2), tuples([2, 2], 1, 2, 0, 2), above(3)],
  },
  { operator: 'BatchNormalization', inputs: [x(3, 2, 2), x(2), x(2), x(2), above(2)] },
  ...['constant', 'reflect', 'edge', 'wrap'].map((mode): Case => ({
    operator: 'Pad',
    inputs: [x(5, 4), integers(2, -1, -1, 2)],
    attributes: { mode },
  })),
];

/**
 * Inputs through which no gradient goes, by operator: integers, conditions, and reals that say how to compute or with
 * which the output jumps.
 */
const notDifferentiated: Readonly<Record<string, readonly number[]>> = {
  AffineGrid: [1],
  Attention: [6],
  CastLike: [1],
  CenterCropPad: [1],
  Col2Im: [1, 2],
  Compress: [1],
  CumProd: [1],
  CumSum: [1],
  DFT: [1, 2],
  // The gradient of a pair passes straight through: see quantization.test.ts.
  DequantizeLinear: [0, 2],
  QuantizeLinear: [0, 1, 2],
  Dropout: [1, 2],
  Expand: [1],
  GRU: [4],
  Gather: [1],
  GatherElements: [1],
  GatherND: [1],
  LSTM: [4],
  MaxRoiPool: [1],
  MaxUnpool: [1, 2],
  NegativeLogLikelihoodLoss: [1],
  OneHot: [0, 1],
  Pad: [1, 3],
  RNN: [4],
  ReduceL1: [1],
  ReduceL2: [1],
  ReduceLogSum: [1],
  ReduceLogSumExp: [1],
  ReduceMax: [1],
  ReduceMean: [1],
  ReduceMin: [1],
  ReduceProd: [1],
  ReduceSum: [1],
  ReduceSumSquare: [1],
  Reshape: [1],
  Resize: [1, 2, 3],
  ReverseSequence: [1],
  RoiAlign: [1, 2],
  RotaryEmbedding: [3],
  STFT: [1, 3],
  ScatterElements: [1],
  ScatterND: [1],
  Slice: [1, 2, 3, 4],
  SoftmaxCrossEntropyLoss: [1],
  Split: [1],
  Squeeze: [1],
  TensorScatter: [2],
  Tile: [1],
  TopK: [1],
  Trilu: [1],
  Unsqueeze: [1],
  Where: [0],
};

/**
 * One application of the operator to inputs drawn at random, and the sum of its outputs under random cotangents.
 *
 * @param cut whether the inputs are parts of one flat vector, as the weights of a network in training are.
 */
function build(each: Case, seed: number, cut = false) {
  const { dataType = 'float64' } = each;
  const random = randomNumbers(seed);
  const graph = new GraphBuilder();
  const feeds = new Map<Value, Numbers>();
  const drawn = each.inputs.flatMap((input, position) => {
    if ('constant' in input) return [];
    const { shape, draw = signed } = input;
    const data = Float64Array.from({ length: sizeOf(shape) }, () => draw(random()));
    return [{ name: `input_${position}`, shape, data }];
  });
  const variables = cut
    ? cutFromVector(graph, drawn, dataType, feeds)
    : drawn.map(({ name, shape, data }) => {
        const value = graph.input(name, dataType, shape);
        feeds.set(value, { shape, data });
        return value;
      });
  const waiting = [...variables];
  const inputs = each.inputs.map((input) =>
    'constant' in input
      ? graph.constant(input.constant, input.shape ?? [input.constant.length], input.type ?? 'float32')
      : waiting.shift()!,
  );
  // Constants that are operands take part in float64.
  const operands = inputs.map((value) =>
    value.constant !== undefined && value.dataType === 'float32' && each.operator !== 'Resize'
      ? graph.constant(
          Array.from(value.constant.data as Float32Array),
          value.shape.length === 1 && each.operator === 'Clip' ? [] : value.shape,
          dataType,
        )
      : value,
  );
  const outputs = graph
    .apply(each.operator, operands, each.attributes)
    .filter((output) => output.dataType === dataType);
  const seeds = outputs.map((output, position) => {
    const cotangent = graph.input(`cotangent_${position}`, dataType, output.shape);
    feeds.set(cotangent, {
      shape: output.shape,
      data: Float64Array.from({ length: sizeOf(output.shape) }, () => signed(random())),
    });
    return { output, cotangent };
  });
  return { graph, feeds, seeds, variables };
}

/** Inputs as parts of one vector, of which one more entry is fed than is read. */
function cutFromVector(
  graph: GraphBuilder,
  drawn: readonly { readonly name: string; readonly shape: readonly number[]; readonly data: Float64Array }[],
  dataType: 'float32' | 'float64',
  feeds: Map<Value, Numbers>,
): readonly Value[] {
  const layout = layOut([...drawn, { name: 'rest', shape: [1] }]);
  const vector = graph.input('parameters', dataType, [flatLength(layout)]);
  const data = Float64Array.from([...drawn.flatMap((each) => [...each.data]), 0]);
  feeds.set(vector, { shape: vector.shape, data });
  return unflatten(graph, vector, layout).slice(0, -1);
}

function weightedSum(seeds: ReturnType<typeof build>['seeds'], feeds: ReadonlyMap<Value, Numbers>): number {
  const outputs = interpret(
    seeds.map(({ output }) => output),
    feeds,
  );
  return seeds.reduce(
    (sum, { cotangent }, position) =>
      sum +
      outputs[position]!.data.reduce(
        (inner, entry, place) => inner + entry * feeds.get(cotangent)!.data[place]!,
        0,
      ),
    0,
  );
}

const title = ({ operator, inputs, attributes }: Case): string =>
  `${operator} ${inputs.map((input) => JSON.stringify('constant' in input ? input.constant : input.shape)).join(' ')} ${JSON.stringify(attributes ?? {})}`;

describe('gradients agree with central differences', () => {
  test.each(cases.map((each, index) => [title(each), each, index] as const))('%s', (_, each, index) => {
    const { graph, feeds, seeds, variables } = build(each, index);
    const gradients = interpret(differentiateOutputs(graph, seeds, variables), feeds);
    const parts = build(each, index, true);
    // Every part is read once more, as it lies in the vector: its gradient is 1 larger.
    const reads = parts.variables.map((variable) => {
      const output = parts.graph.reshape(variable, [sizeOf(variable.shape)]);
      return { output, cotangent: parts.graph.fill(1, output.shape, output.dataType) };
    });
    const gradientsOfParts = interpret(
      differentiateOutputs(parts.graph, [...parts.seeds, ...reads], parts.variables),
      parts.feeds,
    );
    const step = 1e-5;
    variables.forEach((variable, position) => {
      const { data } = feeds.get(variable)!;
      const differences = Array.from(data, (entry, place) => {
        data[place] = entry + step;
        const up = weightedSum(seeds, feeds);
        data[place] = entry - step;
        const down = weightedSum(seeds, feeds);
        data[place] = entry;
        return (up - down) / (2 * step);
      });
      const scale = Math.max(...differences.map(Math.abs), 0.05);
      gradients[position]!.data.forEach((gradient, place) => {
        expect(Math.abs(gradient - differences[place]!) / scale).toBeLessThan(1e-6);
        const ofPart = gradientsOfParts[position]!.data[place]! - 1;
        expect(Math.abs(ofPart - differences[place]!) / scale).toBeLessThan(1e-6);
      });
    });
  });
});

test('every operator is differentiated by every input that may be a parameter', () => {
  const differentiated = new Set(
    cases.flatMap(({ operator, inputs }) =>
      inputs.flatMap((input, position) => ('constant' in input ? [] : [`${operator} ${position}`])),
    ),
  );
  const expected = operatorNames.flatMap((name) => {
    const { gradient, inputs } = operatorNamed(name);
    if (gradient === noGradient) return [];
    const [, most] = inputs;
    // Those that take any number of inputs treat them alike.
    const positions = Array.from({ length: Math.min(most, 9) }, (_, position) => position);
    return positions
      .slice(0, most === Infinity ? 2 : most)
      .filter((position) => !(notDifferentiated[name] ?? []).includes(position))
      .map((position) => `${name} ${position}`);
  });
  expect(expected.filter((each) => !differentiated.has(each))).toEqual([]);
});

test('a batch whose windows are laid out in pieces has the gradient of its images', () => {
  // 1.4 MB of windows for each image: two of the three fit together.
  const shape = [1, 1, 200, 200];
  const kernelGradient = (batch: number, first: number): Float64Array => {
    const graph = new GraphBuilder();
    const image = graph.input('x', 'float32', [batch, ...shape.slice(1)]);
    const weight = graph.input('w', 'float32', [1, 1, 3, 3]);
    const y = graph.conv(image, weight, undefined, { pads: [1, 1, 1, 1] });
    const cotangent = graph.input('dy', 'float32', y.shape);
    const [gradient] = differentiateOutputs(graph, [{ output: y, cotangent }], [weight]);
    const wave = (frequency: number): Numbers => ({
      shape: y.shape,
      data: Float64Array.from({ length: sizeOf(y.shape) }, (_, place) =>
        Math.sin(frequency * (place + first * sizeOf(shape))),
      ),
    });
    return interpret(
      [gradient!],
      new Map([
        [image, wave(0.9)],
        [cotangent, wave(0.91)],
      ]),
    )[0]!.data;
  };
  const whole = kernelGradient(3, 0);
  const parts = [0, 1, 2].map((image) => kernelGradient(1, image));
  whole.forEach((entry, tap) => {
    const sum = parts.reduce((total, part) => total + part[tap]!, 0);
    expect(entry / sum).toBeCloseTo(1, 10);
  });
});

test('the gradient of a frozen normalization keeps its digits where the mean is far above the deviation', () => {
  const mean = 1e12;
  const fromMean = [-1, 2, 1, -3];
  const cotangents = [0.1, 0.2, 0.3, 0.4];
  const graph = new GraphBuilder();
  const constant = (...data: number[]): Value => graph.constant(data, [data.length], 'float64');
  const variable = graph.input('x', 'float64', [2, 1, 2]);
  const scale = graph.input('scale', 'float64', [1]);
  const output = graph.only(
    'BatchNormalization',
    [variable, scale, constant(0), constant(mean), constant(4)],
    { epsilon: 0 },
  );
  const cotangent = graph.reshape(constant(...cotangents), [2, 1, 2]);
  const [gradient] = differentiateOutputs(graph, [{ output, cotangent }], [scale]);
  const data = Float64Array.from(fromMean, (distance) => mean + distance);
  const found = interpret(
    [gradient!],
    new Map([
      [variable, { shape: variable.shape, data }],
      [scale, { shape: [1], data: Float64Array.of(1) }],
    ]),
  )[0]!.data[0];
  // (−0.1 + 0.4 + 0.3 − 1.2) / √4
  expect(found).toBeCloseTo(-0.3, 12);
});
