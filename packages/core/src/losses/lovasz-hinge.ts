import type { TensorBackend } from '../backend/tensor-backend.js';
import { arrangeBinary } from './arranged-batch.js';
import { classMean, countedByDefault } from './class-mean.js';
import { jaccardExtension } from './jaccard-extension.js';
import { type Activation, marginErrors } from './margin-errors.js';
import { optionNames } from './option-names.js';
import { checkOptions, type LabelMeanOptions, type Masked, type ReductionOptions } from './options.js';
import { wholeLoss } from './whole-loss.js';

/** Options of {@link lovaszHinge}. */
export interface LovaszHingeOptions extends LabelMeanOptions, ReductionOptions {
  /**
   * How a margin 1 − F·y* becomes an error: `relu`, the default, as max(0, margin) of Eq. (10); `elu+1` as margin + 1
   * where it is positive and e^margin elsewhere, so that pixels beyond the margin keep a gradient.
   */
  readonly activation?: Activation | undefined;
  /**
   * Whether the loss is the mean of that of the foreground and that of the background, scores negated and labels
   * inverted. Default false: the foreground alone.
   */
  readonly symmetric?: boolean | undefined;
}

/**
 * The Lovász hinge: the Lovász extension of the Jaccard loss of the foreground, at the hinge errors of the scores
 * (Eq. 10).
 *
 * - `multilabel`: each label is a binary problem of its own; the loss is Σ aₖ·Lₖ / Σ aₖ over the labels that count,
 *   all by default. Without it there is one label, which `classes` and `classWeights` count as label 0.
 * - `perImage`: the mean over images in which a label counts: with a valid pixel, and under `classes: 'present'` with a
 *   foreground pixel. Points have no images and are scored together.
 * - No foreground: the largest error, with its gradient on the pixels that have it. `classes: 'present'` leaves it out.
 * - No valid pixel: 0, with gradient 0.
 * - `reduction: 'none'`: the loss Lₖ of each label, not weighted; one that does not count has 0, with gradient 0.
 *
 * @param backend what computes.
 * @param logits scores, positive for foreground: `[images, ...]` or `[points]`; multilabel `[images, labels, ...]`,
 *   `[images, ..., labels]` or `[points, labels]`.
 * @param labels 0 or 1, of the same shape; that of one class may lack its axis. Values are not checked.
 * @param options see {@link LovaszHingeOptions} and {@link Masked}.
 * @returns a scalar ≥ 0; by `reduction: 'none'` a tensor with an axis of images if there are any and they are scored by
 *   themselves, then one of labels if `multilabel`.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when shapes do not fit, or label indices or weights do not fit the number of labels.
 * @example
 * const logits = referenceTensor([2, -1, 0.5], [3]);
 * const labels = referenceTensor([1, 1, 0], [3]);
 * lovaszHinge(referenceBackend, logits, labels).data[0]; // 2·1/2 + 1.5·1/6 + 0·1/3
 */
export function lovaszHinge<T>(
  backend: TensorBackend<T>,
  logits: T,
  labels: T,
  options: LovaszHingeOptions & Masked<T> = {},
): T {
  checkOptions(options, optionNames['lovasz-hinge']);
  const whole = wholeLoss(backend, 'lovasz-hinge', logits, labels, options);
  if (whole !== undefined) return whole;
  const batch = arrangeBinary(backend, logits, labels, options, options.perImage ? 'images' : 'batch');
  const errors = marginErrors(backend, batch.arrange(logits), batch.foreground, options.activation);
  let losses = jaccardExtension(backend, errors, batch);
  if (options.symmetric) {
    // Scores and labels change their signs together: the errors stay.
    const foreground = backend.subtract(backend.constant(1), batch.foreground);
    const inverted = jaccardExtension(backend, errors, { ...batch, foreground });
    losses = backend.multiply(backend.add(losses, inverted), backend.constant(0.5));
  }
  return classMean(backend, losses, batch, {
    classes: options.classes ?? countedByDefault['lovasz-hinge'],
    reduction: options.reduction,
  });
}
