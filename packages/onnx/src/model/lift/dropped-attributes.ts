import { OnnxError } from '../../graph/onnx-error.js';
import type { ImportedNode } from '../imported-node.js';
import { changeAttributes, type Lifting } from './lifting.js';

/** Checks that an attribute which later sets lack has the one value that they mean, and drops it. */
function dropAttribute(
  operators: readonly string[],
  lastOpset: number,
  attribute: string,
  meant: number,
  defaultValue: number,
): Lifting {
  const lift = (node: ImportedNode): ImportedNode => {
    const value = node.attributes[attribute] ?? defaultValue;
    if (value !== meant) {
      throw new OnnxError(`attribute '${attribute}' is ${String(value)}, expected ${meant}`, {
        operator: node.operator,
        node: node.name,
      });
    }
    return changeAttributes(node, [attribute]);
  };
  return { operators, opsets: [1, lastOpset], lift: (_, node) => lift(node) };
}

export const droppedAttributes: readonly Lifting[] = [
  // Statistics per channel, not per entry.
  dropAttribute(['BatchNormalization'], 8, 'spatial', 1, 1),
  // Set 6 could hold a model in the state of training.
  dropAttribute(['BatchNormalization', 'Dropout'], 6, 'is_test', 1, 0),
  {
    // They concern floating-point numbers of 8 bits, which are refused.
    operators: ['Cast', 'CastLike'],
    opsets: [19, 28],
    lift: (_, node) => changeAttributes(node, ['saturate', 'round_mode']),
  },
];
