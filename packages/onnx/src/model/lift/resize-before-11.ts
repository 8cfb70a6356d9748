import { numbersOf } from '../../graph/tensor.js';
import { OnnxError } from '../../graph/onnx-error.js';
import type { ImportedNode } from '../imported-node.js';
import { changeAttributes, type Lifting } from './lifting.js';

/**
 * Upsample, and Resize of set 10, map coordinates by the scale alone. Runtimes take the entry before an enlarged place
 * and the one after a reduced place.
 */
function asymmetric(node: ImportedNode): ImportedNode {
  const [x, scales] = node.inputs;
  if (scales?.constant === undefined) {
    throw new OnnxError('scales must be known when the graph is built', {
      operator: node.operator,
      node: node.name,
    });
  }
  const reduces = numbersOf(scales.constant).some((scale) => scale < 1);
  return {
    ...changeAttributes(node, [], {
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: reduces ? 'ceil' : 'floor',
    }),
    operator: 'Resize',
    inputs: [x, undefined, scales],
  };
}

const isEmpty = (input: ImportedNode['inputs'][number]): boolean => input?.shape.includes(0) === true;

export const resizeLiftings: readonly Lifting[] = [
  { operators: ['Upsample'], opsets: [7, 9], lift: (_, node) => asymmetric(node) },
  { operators: ['Resize'], opsets: [10, 10], lift: (_, node) => asymmetric(node) },
  {
    // Up to set 12, an input that did not matter was written as an empty tensor.
    operators: ['Resize'],
    opsets: [11, 28],
    lift: (_, node) => ({
      ...node,
      inputs: node.inputs.map((input) => (isEmpty(input) ? undefined : input)),
    }),
  },
  {
    // ⌊(i + ½)/scale⌋, removed with set 13, is the half-pixel coordinate rounded to the nearest, halves up.
    operators: ['Resize'],
    opsets: [11, 12],
    lift: (_, node) => {
      const { coordinate_transformation_mode: coordinates, nearest_mode: rounding } = node.attributes;
      if (coordinates !== 'tf_half_pixel_for_nn' || rounding !== 'floor') return node;
      return changeAttributes(node, [], {
        coordinate_transformation_mode: 'half_pixel',
        nearest_mode: 'round_prefer_ceil',
      });
    },
  },
];
