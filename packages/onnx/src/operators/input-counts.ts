import type { Value } from '../ir/value.js';
import { OnnxError, type Place } from '../onnx-error.js';

/** How many inputs an operator takes, missing optional ones in between included. */
export type InputCount = readonly [least: number, most: number];

const groups: readonly (readonly [...InputCount, names: string])[] = [
  [0, 0, 'Constant RandomNormal RandomUniform SequenceEmpty'],
  [
    1,
    2,
    'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum',
  ],
  [1, 2, 'ReduceSumSquare SequenceErase Split SplitToSequence Squeeze Trilu'],
  [1, 3, 'Clip DFT Dropout'],
  [1, 4, 'Resize'],
  [1, Infinity, 'Concat Einsum Max Mean Min Scan SequenceConstruct Sum'],
  [
    2,
    2,
    'Add AffineGrid And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike CenterCropPad Compress CumProd CumSum',
  ],
  [
    2,
    2,
    'Div Equal Expand Gather GatherElements GatherND Greater GreaterOrEqual GridSample Less LessOrEqual MatMul',
  ],
  [
    2,
    2,
    'MaxRoiPool Mod Mul Or PRelu Pow RMSNormalization Reshape ReverseSequence SequenceAt Sub SwiGLU Tile TopK Unsqueeze Xor',
  ],
  [2, 3, 'Conv ConvTranspose DequantizeLinear Gemm LayerNormalization MaxUnpool NegativeLogLikelihoodLoss'],
  [2, 3, 'QuantizeLinear SequenceInsert SoftmaxCrossEntropyLoss TensorScatter'],
  [2, 4, 'CausalConvWithState Pad STFT'],
  [2, Infinity, 'Loop'],
  [
    3,
    3,
    'Col2Im GroupNormalization InstanceNormalization OneHot Range RoiAlign ScatterElements ScatterND Where',
  ],
  [3, 4, 'RotaryEmbedding'],
  [3, 5, 'DeformConv Slice'],
  [3, 6, 'GRU LinearAttention RNN'],
  [3, 7, 'Attention'],
  [3, 8, 'LSTM'],
  [5, 5, 'BatchNormalization'],
];

const counts: ReadonlyMap<string, InputCount> = new Map(
  groups.flatMap(([least, most, names]) => names.split(' ').map((name) => [name, [least, most]])),
);

/** How many inputs the operator of that name takes in set 18; most take one. */
export function inputCountOf(operator: string): InputCount {
  return counts.get(operator) ?? [1, 1];
}

/** Checks that a node has as many inputs as its operator takes, and those that are required. */
export function checkInputs(
  inputs: readonly (Value | undefined)[],
  [least, most]: InputCount,
  place: Place,
): void {
  const missing = Array.from({ length: least }, (_, position) => inputs[position]).indexOf(undefined);
  if (missing >= 0) throw new OnnxError(`input ${missing} is missing`, place);
  if (inputs.length > most) {
    throw new OnnxError(`has ${inputs.length} inputs, expected at most ${most}`, place);
  }
}
