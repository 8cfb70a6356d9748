import type { Node } from '../ir/node.js';
import { sizeOf } from '../ir/tensor.js';

/*
 * What ONNX Runtime's kernels on the CPU say of their buffers when they are registered (`Alias` and `MayInplace` in
 * onnxruntime/core/providers/cpu), for the operators that training graphs are made of.
 */

/** The first output is the first input under another shape; nothing is computed. */
export const aliasingOperators: ReadonlySet<string> = new Set(['Flatten', 'Reshape', 'Squeeze', 'Unsqueeze']);

type Pair = readonly [input: number, output: number];

const firstInput: readonly Pair[] = [[0, 0]];
const eitherInput: readonly Pair[] = [
  [0, 0],
  [1, 0],
];

/** Outputs that may be written over an input of the same shape that nobody reads afterwards. */
export const overwritableInputs: ReadonlyMap<string, readonly Pair[]> = new Map<string, readonly Pair[]>([
  ...['Add', 'Div', 'Mul', 'Sub'].map((name) => [name, eitherInput] as const),
  ...[
    'Abs',
    'Cast',
    'Ceil',
    'Clip',
    'Elu',
    'Exp',
    'Floor',
    'HardSigmoid',
    'LeakyRelu',
    'Log',
    'LogSoftmax',
    'Neg',
    'Not',
    'Reciprocal',
    'Relu',
    'ScatterElements',
    'ScatterND',
    'Selu',
    'Sigmoid',
    'Softmax',
    'Softplus',
    'Softsign',
    'Sqrt',
    'Tanh',
    'ThresholdedRelu',
  ].map((name) => [name, firstInput] as const),
  // Running statistics are updated in place.
  [
    'BatchNormalization',
    [
      [3, 1],
      [4, 2],
    ],
  ],
]);

/** Bytes that a kernel allocates for itself while it runs. */
export function workspaceOf(node: Node): number {
  switch (node.operator.name) {
    case 'Conv': {
      // The windows as a matrix, one image and group at a time, unless there are more of them than of filters: then
      // each thread lays out a small piece, and a pointwise product needs none.
      const [, filters, ...outputs] = node.output().shape as [number, number, ...number[]];
      const kernel = node.input(1).shape.slice(1);
      const pixels = sizeOf(outputs);
      const group = node.int('group');
      const pointwise = kernel.slice(1).every((length) => length === 1);
      return !pointwise && filters / group > pixels ? 4 * sizeOf(kernel) * pixels : 0;
    }
    case 'ConvTranspose':
      // The product of kernel and image, before it is added up, for one image and group.
      return 4 * sizeOf(node.input(1).shape.slice(1)) * sizeOf(node.input(0).shape.slice(2));
    default:
      return 0;
  }
}
