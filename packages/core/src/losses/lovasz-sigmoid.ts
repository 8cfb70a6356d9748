import type { TensorBackend } from '../backend/tensor-backend.js';
import { arrangeBinary } from './arranged-batch.js';
import { classMean, countedByDefault } from './class-mean.js';
import { jaccardExtension } from './jaccard-extension.js';
import { optionNames } from './option-names.js';
import {
  checkOptions,
  type InputKind,
  type LabelMeanOptions,
  type Masked,
  type ReductionOptions,
} from './options.js';
import { probabilityErrors } from './probability-errors.js';
import { sigmoid } from './sigmoid.js';
import { wholeLoss } from './whole-loss.js';

/** Options of {@link lovaszSigmoid}. */
export interface LovaszSigmoidOptions extends LabelMeanOptions, ReductionOptions {
  /** Default `logits`. */
  readonly input?: InputKind | undefined;
}

/**
 * The Lovász-Sigmoid loss: Eq. (12) for the foreground alone, whose probability is the sigmoid of one score.
 *
 * Shapes and conventions, and what `reduction: 'none'` returns, are those of {@link lovaszHinge}.
 *
 * @param backend what computes.
 * @param input logits, or probabilities of the foreground if the options say so: `[images, ...]` or `[points]`;
 *   multilabel `[images, labels, ...]`, `[images, ..., labels]` or `[points, labels]`.
 * @param labels 0 or 1, of the same shape; that of one class may lack its axis. Values are not checked.
 * @param options see {@link LovaszSigmoidOptions} and {@link Masked}.
 * @returns a scalar in 0…1; or one such number per label, per image, or both.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when shapes do not fit, or label indices or weights do not fit the number of labels.
 * @example
 * const probabilities = referenceTensor([0.9, 0.2], [2]);
 * const labels = referenceTensor([0, 1], [2]);
 * lovaszSigmoid(referenceBackend, probabilities, labels, { input: 'probabilities' }).data[0]; // 0.85
 */
export function lovaszSigmoid<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: LovaszSigmoidOptions & Masked<T> = {},
): T {
  checkOptions(options, optionNames['lovasz-sigmoid']);
  const whole = wholeLoss(backend, 'lovasz-sigmoid', input, labels, options);
  if (whole !== undefined) return whole;
  const batch = arrangeBinary(backend, input, labels, options, options.perImage ? 'images' : 'batch');
  const scores = batch.arrange(input);
  const probabilities = options.input === 'probabilities' ? scores : sigmoid(backend, scores);
  const errors = probabilityErrors(backend, probabilities, batch.foreground);
  return classMean(backend, jaccardExtension(backend, errors, batch), batch, {
    classes: options.classes ?? countedByDefault['lovasz-sigmoid'],
    reduction: options.reduction,
  });
}
