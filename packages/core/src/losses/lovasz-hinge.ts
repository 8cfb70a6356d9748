import type { TensorBackend } from '../backend/tensor-backend.js';
import { labelMean } from './label-mean.js';
import { lovaszExtension } from './lovasz-extension.js';
import { marginErrors } from './margin-errors.js';
import { type BinaryOptions, checkOptions } from './options.js';
import { binaryProblems } from './problems.js';

/** Options of {@link lovaszHinge}. */
export type LovaszHingeOptions = BinaryOptions;

/**
 * The Lovász hinge: the Lovász extension of the Jaccard loss of the foreground, at the hinge errors of the scores
 * (Eq. 10).
 *
 * - `perImage`: the mean over images with a valid pixel. Points have no images and are scored together.
 * - `multilabel`: each label is a binary problem of its own; the loss is the mean over labels.
 * - No valid pixel: 0, with gradient 0.
 *
 * @param backend what computes.
 * @param logits scores, positive for foreground: `[images, ...]` or `[points]`; multilabel `[images, labels, ...]`,
 *   `[images, ..., labels]` or `[points, labels]`.
 * @param labels 0 or 1, of the same shape. Values are not checked.
 * @param options see {@link BinaryOptions}.
 * @returns a scalar ≥ 0.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when shapes do not fit.
 * @example
 * const logits = referenceTensor([2, -1, 0.5], [3]);
 * const labels = referenceTensor([1, 1, 0], [3]);
 * lovaszHinge(referenceBackend, logits, labels).data[0]; // 2·1/2 + 1.5·1/6 + 0·1/3
 */
export function lovaszHinge<T>(
  backend: TensorBackend<T>,
  logits: T,
  labels: T,
  options: LovaszHingeOptions = {},
): T {
  checkOptions(options, ['perImage', 'ignoreIndex', 'multilabel', 'layout']);
  const problems = binaryProblems(backend, logits, labels, options);
  const errors = marginErrors(backend, problems.scores, problems.foreground);
  return labelMean(backend, lovaszExtension(backend, errors, problems), problems);
}
