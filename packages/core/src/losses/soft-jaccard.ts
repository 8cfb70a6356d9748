import type { TensorBackend } from '../backend/tensor-backend.js';
import { type ArrangedBatch, arrangeBinary, arrangeMulticlass } from './arranged-batch.js';
import { classMean, countedByDefault } from './class-mean.js';
import { optionNames } from './option-names.js';
import { type ClassMeanOptions, checkOptions, type Masked, type ReductionOptions } from './options.js';
import { sigmoid } from './sigmoid.js';
import { safeDivide } from './weighted-mean.js';
import { wholeLoss } from './whole-loss.js';

/** Options of {@link softJaccard}. */
export interface SoftJaccardOptions extends ClassMeanOptions, ReductionOptions {
  /**
   * Whether each class is a binary label of its own, with the probability σ(logit): the loss of [23] itself. Labels are
   * then 0 or 1, of the shape of the input. Default false.
   */
  readonly multilabel?: boolean | undefined;
}

/**
 * The soft Jaccard loss, the mean over classes of 1 − Σ f·y / Σ (f + y − f·y), the paper's baseline [23].
 *
 * Conventions, and what `reduction: 'none'` returns, are those of {@link lovaszSoftmax}. An absent class has the loss 1
 * whatever the probabilities, which is why only present ones count by default.
 *
 * @param backend what computes.
 * @param input logits, or probabilities if the options say so: `[images, classes, ...]`, `[images, ..., classes]` or
 *   `[points, classes]`.
 * @param labels class ids, of the shape of the input without classes; multilabel 0 or 1, of the shape of the input
 *   (that of one class may lack its axis).
 *   Values are not checked.
 * @param options see {@link SoftJaccardOptions} and {@link Masked}.
 * @returns a scalar in 0…1, 0 when no pixel is valid; or one such number per class, or per image and class.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when shapes do not fit, classes that compete are only one, or class ids or weights do not fit the
 *   number of classes.
 * @example
 * const probabilities = referenceTensor([0.8, 0.2, 0.4, 0.6], [2, 2]);
 * const labels = referenceTensor([0, 1], [2]);
 * softJaccard(referenceBackend, probabilities, labels, { input: 'probabilities' }).data[0]; // 0.4643…
 */
export function softJaccard<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: SoftJaccardOptions & Masked<T> = {},
): T {
  checkOptions(options, optionNames['soft-jaccard']);
  const whole = wholeLoss(backend, 'soft-jaccard', input, labels, options);
  if (whole !== undefined) return whole;
  const isBinary = options.multilabel === true;
  const arrange = isBinary ? arrangeBinary : arrangeMulticlass;
  const batch = arrange(backend, input, labels, options, options.perImage ? 'images' : 'batch');
  let probabilities: T;
  if (options.input === 'probabilities') probabilities = batch.arrange(input);
  else if (isBinary) probabilities = sigmoid(backend, batch.arrange(input));
  else probabilities = batch.arrange(backend.softmax(input, batch.classAxis!));
  return classMean(backend, softJaccardLosses(backend, probabilities, batch), batch, {
    classes: options.classes ?? countedByDefault['soft-jaccard'],
    reduction: options.reduction,
  });
}

/** 1 − Σ f·y / Σ (f + y − f·y) of every group and class, `[groups, classes, 1]`; 0 where no pixel is valid. */
export function softJaccardLosses<T>(
  backend: TensorBackend<T>,
  arranged: T,
  { foreground, valid }: ArrangedBatch<T>,
): T {
  const probabilities = valid === undefined ? arranged : backend.multiply(arranged, valid);
  const overlap = backend.multiply(probabilities, foreground);
  const intersection = backend.sum(overlap, [2]);
  const union = backend.sum(backend.add(backend.subtract(probabilities, overlap), foreground), [2]);
  // Where the union is 0 nothing is wrong: the loss is 0, and its gradient too.
  const anything = backend.greater(union, backend.constant(0));
  const wrong = backend.where(anything, backend.subtract(union, intersection), backend.constant(0));
  return safeDivide(backend, wrong, union);
}
