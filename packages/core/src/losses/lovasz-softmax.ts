import type { TensorBackend } from '../backend/tensor-backend.js';
import { arrangeMulticlass } from './arranged-batch.js';
import { classMean, countedByDefault } from './class-mean.js';
import { jaccardExtension } from './jaccard-extension.js';
import { optionNames } from './option-names.js';
import { type ClassMeanOptions, checkOptions, type Masked, type ReductionOptions } from './options.js';
import { probabilityErrors } from './probability-errors.js';
import { wholeLoss } from './whole-loss.js';

/** Options of {@link lovaszSoftmax}. */
export type LovaszSoftmaxOptions = ClassMeanOptions & ReductionOptions;

/**
 * The Lovász-Softmax loss: the mean over classes of the Lovász extension of the Jaccard loss (Eq. 13).
 *
 * The errors of a class are 1 − f where it is the label and f elsewhere (Eq. 11), f being the softmax of the logits.
 * Without options it is the loss of the whole batch over the classes present in its labels, the surrogate of the
 * data set's mIoU.
 *
 * - Weights of classes: Σ aₖ·Lₖ / Σ aₖ over the classes that count.
 * - `perImage`: the mean over images in which a class counts. Points have no images and are scored together.
 * - No valid pixel: 0, with gradient 0.
 * - `reduction: 'none'`: the loss Lₖ of each class, not weighted. A class that does not count (not listed, absent under
 *   `present`, of weight 0, the class `ignoreIndex`, or in an image without a valid pixel) has 0, with gradient 0; it
 *   is never NaN.
 *
 * @param backend what computes.
 * @param input logits, or probabilities if the options say so: `[images, classes, ...]`, `[images, ..., classes]` or
 *   `[points, classes]`.
 * @param labels class ids, of the shape of the input without classes. Values are not checked.
 * @param options see {@link ClassMeanOptions}, {@link ReductionOptions} and {@link Masked}.
 * @returns a scalar in 0…1; by `reduction: 'none'` `[classes]`, or `[images, classes]` with `perImage` unless the input
 *   is points.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when shapes do not fit, classes that compete are only one, or class ids or weights do not fit the
 *   number of classes.
 * @example
 * const logits = referenceTensor([2, -1, 0, 1], [2, 2]);
 * const labels = referenceTensor([0, 1], [2]);
 * lovaszSoftmax(referenceBackend, logits, labels).data[0]; // 0.2135…
 */
export function lovaszSoftmax<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: LovaszSoftmaxOptions & Masked<T> = {},
): T {
  checkOptions(options, optionNames['lovasz-softmax']);
  const whole = wholeLoss(backend, 'lovasz-softmax', input, labels, options);
  if (whole !== undefined) return whole;
  const batch = arrangeMulticlass(backend, input, labels, options, options.perImage ? 'images' : 'batch');
  const probabilities = options.input === 'probabilities' ? input : backend.softmax(input, batch.classAxis!);
  const errors = probabilityErrors(backend, batch.arrange(probabilities), batch.foreground);
  return classMean(backend, jaccardExtension(backend, errors, batch), batch, {
    classes: options.classes ?? countedByDefault['lovasz-softmax'],
    reduction: options.reduction,
  });
}
