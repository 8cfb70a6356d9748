import { type DataType, Tensor } from '@tensorflow/tfjs-core';

const accepted: Readonly<Record<'scores' | 'labels', readonly DataType[]>> = {
  scores: ['float32'],
  labels: ['int32', 'float32', 'bool'],
};

/**
 * Checks that arguments are tensors that are still there, of a type that losses take.
 *
 * @param scores logits or probabilities, by the name that messages call them by.
 * @param labels labels, and a mask if there is one.
 * @throws TypeError for what is no tensor, or of another type.
 * @throws Error for a tensor that has been disposed of.
 */
export function checkTensors(
  scores: Readonly<Record<string, unknown>>,
  labels: Readonly<Record<string, unknown>>,
): void {
  for (const [kind, tensors] of Object.entries({ scores, labels })) {
    for (const [name, given] of Object.entries(tensors)) checkTensor(name, given, accepted[kind as 'scores']);
  }
}

function checkTensor(name: string, given: unknown, dtypes: readonly DataType[]): void {
  if (!(given instanceof Tensor)) {
    throw new TypeError(`${name} is ${describe(given)}; expected a tf.Tensor`);
  }
  if (given.isDisposed) throw new Error(`${name} is a tensor that has been disposed of`);
  if (!dtypes.includes(given.dtype)) {
    throw new TypeError(`${name} is of dtype ${given.dtype}; expected ${dtypes.join(' or ')}`);
  }
}

function describe(given: unknown): string {
  if (typeof given !== 'object' || given === null) return String(given);
  return `of type ${given.constructor?.name ?? 'object'}`;
}
