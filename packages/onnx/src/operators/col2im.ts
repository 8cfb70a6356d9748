import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Operator } from '../graph/operator.js';
import { windowAttributes, windowOf, type Window } from './window.js';

const attributes = {
  auto_pad: ['string', 'NOTSET'],
  dilations: ['ints'],
  pads: ['ints'],
  strides: ['ints'],
} as const;

function blockWindow(node: Node): Window {
  const window = windowOf(node, node.knownNumbers(1), node.knownNumbers(2));
  const { shape } = node.input(0);
  if (shape.length !== 3 || shape[1]! % sizeOf(window.kernel) !== 0 || shape[2] !== sizeOf(window.outputs)) {
    throw node.error(
      `input has shape [${shape.join(', ')}], expected [batch, channels × ${sizeOf(window.kernel)}, ${sizeOf(window.outputs)}]`,
    );
  }
  return window;
}

/** Adds blocks (as columns) back into the image they were cut from: a transposed convolution by one-hot kernels. */
export const col2imOperators: readonly Operator[] = [
  {
    name: 'Col2Im',
    inputs: [3, 3],
    attributes,
    infer: (node) => {
      const { dataType, shape } = node.input(0);
      const taps = sizeOf(blockWindow(node).kernel);
      return [{ dataType, shape: [shape[0]!, shape[1]! / taps, ...node.knownNumbers(1)] }];
    },
    rewrite: (graph, node) => {
      const window = blockWindow(node);
      const image = node.knownNumbers(1);
      const x = node.input(0);
      const [batch, rows] = x.shape as [number, number];
      const taps = sizeOf(window.kernel);
      const oneHot = new Float64Array(node.matrixSize(rows * taps));
      for (let row = 0; row < rows; row++) oneHot[row * taps + (row % taps)] = 1;
      const kernels = graph.constant(oneHot, [rows, 1, ...window.kernel], x.dataType);
      const covered = window.outputs.map(
        (count, axis) =>
          (count - 1) * window.strides[axis]! + window.dilations[axis]! * (window.kernel[axis]! - 1) + 1,
      );
      return [
        graph.convTranspose(graph.reshape(x, [batch, rows, ...window.outputs]), kernels, undefined, {
          group: rows / taps,
          ...windowAttributes(window),
          output_padding: covered.map(
            (length, axis) => image[axis]! + window.before[axis]! + window.after[axis]! - length,
          ),
        }),
      ];
    },
  },
];
