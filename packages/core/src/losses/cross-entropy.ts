import type { TensorBackend } from '../backend/tensor-backend.js';
import { type ArrangedBatch, arrangeBinary, arrangeMulticlass, validPixels } from './arranged-batch.js';
import { negativeLogSigmoid } from './negative-log-sigmoid.js';
import { optionNames } from './option-names.js';
import {
  checkOptions,
  type InputKind,
  type Masked,
  type MulticlassOptions,
  type ReductionOptions,
} from './options.js';
import { pixelMean } from './pixel-mean.js';
import { wholeLoss } from './whole-loss.js';

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
  const whole = wholeLoss(backend, 'cross-entropy', input, labels, options);
  if (whole !== undefined) return whole;
  if (options.multilabel) return binaryCrossEntropy(backend, input, labels, options);
  const batch = arrangeMulticlass(backend, input, labels, options, 'any');
  const { losses, weights } = labelLosses(
    backend,
    options.input === 'probabilities'
      ? { probabilities: batch.arrange(input) }
      : { logProbabilities: batch.arrange(backend.logSoftmax(input, batch.classAxis!)) },
    batch,
  );
  return pixelMean(backend, losses, weights, {
    reduction: options.reduction,
    shape: backend.shape(labels),
  });
}

/**
 * −log f of each pixel's label and the weight of each pixel, `[groups, 1, pixels]`.
 *
 * @param scores of one of the two kinds, `[groups, classes, pixels]`.
 */
export function labelLosses<T>(
  backend: TensorBackend<T>,
  scores: { readonly probabilities: T } | { readonly logProbabilities: T },
  { foreground, factors }: Pick<ArrangedBatch<T>, 'foreground' | 'factors'>,
): { readonly losses: T; readonly weights: T } {
  // The label of an ignored pixel is no class, or one of factor 0: its weight is 0.
  const weights = backend.sum(backend.multiply(foreground, factors), [1]);
  const ofLabel = (x: T): T => backend.sum(backend.multiply(foreground, x), [1]);
  const logProbabilities =
    'probabilities' in scores
      ? backend.log(onlyWhereWeighted(backend, ofLabel(scores.probabilities), weights))
      : ofLabel(scores.logProbabilities);
  return { losses: backend.subtract(backend.constant(0), logProbabilities), weights };
}

function binaryCrossEntropy<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: CrossEntropyOptions & Masked<T>,
): T {
  const batch = arrangeBinary(backend, input, labels, options, 'any');
  const { foreground } = batch;
  const scores = batch.arrange(input);
  const weights = backend.multiply(validPixels(backend, batch), batch.factors);
  const losses = binaryLabelLosses(backend, scores, foreground, weights, options.input);
  return pixelMean(backend, losses, weights, { reduction: options.reduction, shape: backend.shape(labels) });
}

/** −log f of foreground and −log(1 − f) of background, f being the sigmoid of logits, `[groups, classes, pixels]`. */
export function binaryLabelLosses<T>(
  backend: TensorBackend<T>,
  scores: T,
  foreground: T,
  weights: T,
  input: InputKind = 'logits',
): T {
  const zero = backend.constant(0);
  if (input === 'logits') {
    const ofLabel = backend.where(foreground, scores, backend.subtract(zero, scores));
    return negativeLogSigmoid(backend, ofLabel);
  }
  const ofLabel = backend.where(foreground, scores, backend.subtract(backend.constant(1), scores));
  return backend.subtract(zero, backend.log(onlyWhereWeighted(backend, ofLabel, weights)));
}

/** 1 at pixels that do not count, where the logarithm must stay finite. */
function onlyWhereWeighted<T>(backend: TensorBackend<T>, probabilities: T, weights: T): T {
  return backend.where(backend.greater(weights, backend.constant(0)), probabilities, backend.constant(1));
}
