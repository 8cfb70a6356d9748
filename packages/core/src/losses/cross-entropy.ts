import type { TensorBackend } from '../backend/tensor-backend.js';
import { negativeLogSigmoid } from './negative-log-sigmoid.js';
import { optionNames } from './option-names.js';
import { checkOptions, type Masked, type MulticlassOptions, type ReductionOptions } from './options.js';
import { pixelMean } from './pixel-mean.js';
import { binaryProblems, multiclassProblems, validPixels } from './problems.js';

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends MulticlassOptions, ReductionOptions {
  /**
   * Whether each class is a binary label of its own, with the probability σ(logit): binary cross-entropy. Labels are
   * then 0 or 1, of the shape of the input. Default false.
   */
  readonly multilabel?: boolean | undefined;
}

/**
 * The cross-entropy loss −(1/p) Σ log fᵢ(yᵢ*) (Eq. 1), f being the softmax of the logits.
 *
 * With class weights a pixel counts with the weight of its class, and the sum is divided by the sum of these weights.
 * `balancedClassWeights` makes weights from counts of labels. With `multilabel` it is the mean over pixels and labels of
 * −log f where the label is 1 and −log(1 − f) where it is 0.
 *
 * `reduction: 'none'` gives the loss of each pixel times its weight, 0 at ignored pixels.
 *
 * @param backend what computes.
 * @param input logits, or probabilities if the options say so: `[images, classes, ...]`, `[images, ..., classes]` or
 *   `[points, classes]`.
 * @param labels class ids, of the shape of the input without classes; multilabel 0 or 1, of the shape of the input
 *   (that of one class may lack its axis).
 *   Values are not checked.
 * @param options see {@link CrossEntropyOptions} and {@link Masked}.
 * @returns a scalar ≥ 0, 0 when no pixel is valid; by `reduction: 'none'` a tensor of the shape of the labels.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when shapes do not fit, classes that compete are only one, or weights do not fit the number of
 *   classes.
 * @example
 * const logits = referenceTensor([2, -1, 0, 1], [2, 2]);
 * const labels = referenceTensor([0, 1], [2]);
 * crossEntropy(referenceBackend, logits, labels).data[0]; // 0.1809…
 */
export function crossEntropy<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: CrossEntropyOptions & Masked<T> = {},
): T {
  checkOptions(options, optionNames['cross-entropy']);
  if (options.multilabel) return binaryCrossEntropy(backend, input, labels, options);
  return multiclassCrossEntropy(backend, input, labels, options, (scores) => backend.logSoftmax(scores, 1));
}

/** @param toLogProbabilities of logits, along axis 1. */
export function multiclassCrossEntropy<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: CrossEntropyOptions & Masked<T>,
  toLogProbabilities: (logits: T) => T,
): T {
  const problems = multiclassProblems(backend, input, labels, options, 'any');
  const { scores, foreground, factors } = problems;
  // The label of an ignored pixel is no class, or one of factor 0: its weight is 0.
  const weights = backend.sum(backend.multiply(foreground, factors), [1]);
  const ofLabel = (x: T): T => backend.sum(backend.multiply(foreground, x), [1]);
  const logProbabilities =
    options.input === 'probabilities'
      ? backend.log(onlyWhereWeighted(backend, ofLabel(scores), weights))
      : ofLabel(toLogProbabilities(scores));
  return pixelMean(backend, backend.subtract(backend.constant(0), logProbabilities), weights, {
    reduction: options.reduction,
    shape: backend.shape(labels),
  });
}

function binaryCrossEntropy<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: CrossEntropyOptions & Masked<T>,
): T {
  const problems = binaryProblems(backend, input, labels, options, 'any');
  const { scores, foreground } = problems;
  const weights = backend.multiply(validPixels(backend, problems), problems.factors);
  const one = backend.constant(1);
  const zero = backend.constant(0);
  let losses: T;
  if (options.input === 'probabilities') {
    const ofLabel = backend.where(foreground, scores, backend.subtract(one, scores));
    losses = backend.subtract(zero, backend.log(onlyWhereWeighted(backend, ofLabel, weights)));
  } else {
    losses = negativeLogSigmoid(backend, backend.where(foreground, scores, backend.subtract(zero, scores)));
  }
  return pixelMean(backend, losses, weights, { reduction: options.reduction, shape: backend.shape(labels) });
}

/** 1 at pixels that do not count, where the logarithm must stay finite. */
function onlyWhereWeighted<T>(backend: TensorBackend<T>, probabilities: T, weights: T): T {
  return backend.where(backend.greater(weights, backend.constant(0)), probabilities, backend.constant(1));
}
