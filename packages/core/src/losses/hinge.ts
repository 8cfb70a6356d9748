import type { TensorBackend } from '../backend/tensor-backend.js';
import { arrangeBinary, validPixels } from './arranged-batch.js';
import { marginErrors } from './margin-errors.js';
import { optionNames } from './option-names.js';
import { type BinaryOptions, checkOptions, type Masked, type ReductionOptions } from './options.js';
import { pixelMean } from './pixel-mean.js';
import { wholeLoss } from './whole-loss.js';

/** Options of {@link hinge}. */
export type HingeOptions = BinaryOptions & ReductionOptions;

/**
 * The hinge loss (1/p) Σ max(0, 1 − Fᵢ·yᵢ*) with y* = ±1, the mean over all valid pixels and labels.
 *
 * With class weights an error counts with the weight of its label, and the sum is divided by the sum of these weights.
 * `reduction: 'none'` gives each error times its weight, 0 at ignored pixels.
 *
 * @param backend what computes.
 * @param logits scores of any shape, positive for foreground; multilabel `[images, labels, ...]`,
 *   `[images, ..., labels]` or `[points, labels]`.
 * @param labels 0 or 1, of the same shape; that of one class may lack its axis. Values are not checked.
 * @param options see {@link BinaryOptions}, {@link ReductionOptions} and {@link Masked}.
 * @returns a scalar ≥ 0, 0 when no pixel is valid; by `reduction: 'none'` a tensor of the shape of the labels.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when the shapes differ, or weights do not fit the number of labels.
 * @example
 * const logits = referenceTensor([2, -1, 0.5], [3]);
 * const labels = referenceTensor([1, 1, 0], [3]);
 * hinge(referenceBackend, logits, labels).data[0]; // (0 + 2 + 1.5) / 3
 */
export function hinge<T>(
  backend: TensorBackend<T>,
  logits: T,
  labels: T,
  options: HingeOptions & Masked<T> = {},
): T {
  checkOptions(options, optionNames.hinge);
  const whole = wholeLoss(backend, 'hinge', logits, labels, options);
  if (whole !== undefined) return whole;
  const batch = arrangeBinary(backend, logits, labels, options, 'any');
  const errors = marginErrors(backend, batch.arrange(logits), batch.foreground);
  const valid = validPixels(backend, batch);
  const weights = options.classWeights === undefined ? valid : backend.multiply(valid, batch.factors);
  return pixelMean(backend, errors, weights, {
    reduction: options.reduction,
    shape: backend.shape(labels),
  });
}
