import type { TensorBackend } from '../backend/tensor-backend.js';
import { type MulticlassOptions, checkOptions } from './options.js';
import { multiclassProblems } from './problems.js';
import { weightedMean } from './weighted-mean.js';

/** Options of {@link crossEntropy}. */
export type CrossEntropyOptions = MulticlassOptions;

/**
 * The cross-entropy loss −(1/p) Σ log fᵢ(yᵢ*) (Eq. 1), f being the softmax of the logits.
 *
 * With class weights a pixel counts with the weight of its label, and the sum is divided by the sum of these weights.
 *
 * @param backend what computes.
 * @param input logits, or probabilities if the options say so: `[images, classes, ...]`, `[images, ..., classes]` or
 *   `[points, classes]`.
 * @param labels class ids, of the shape of the input without classes. Values are not checked.
 * @param options see {@link MulticlassOptions}.
 * @returns a scalar ≥ 0; 0 when no pixel is valid.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when shapes do not fit, or weights do not fit the number of classes.
 * @example
 * const logits = referenceTensor([2, -1, 0, 1], [2, 2]);
 * const labels = referenceTensor([0, 1], [2]);
 * crossEntropy(referenceBackend, logits, labels).data[0]; // 0.1809…
 */
export function crossEntropy<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: CrossEntropyOptions = {},
): T {
  checkOptions(options, ['ignoreIndex', 'classWeights', 'input', 'layout']);
  const { scores, foreground, factors } = multiclassProblems(backend, input, labels, options, 'any');

  // The label of an ignored pixel is no class, or one of factor 0: its weight is 0.
  const weights = backend.sum(backend.multiply(foreground, factors), [1]);
  const ofLabel = (x: T): T => backend.sum(backend.multiply(foreground, x), [1]);
  const zero = backend.constant(0);
  const logProbabilities =
    options.input === 'probabilities'
      ? backend.log(backend.where(backend.greater(weights, zero), ofLabel(scores), backend.constant(1)))
      : ofLabel(backend.logSoftmax(scores, 1));
  const mean = weightedMean(backend, logProbabilities, weights, [0, 1, 2]);
  return backend.reshape(backend.subtract(zero, mean), []);
}
