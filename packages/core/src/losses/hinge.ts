import type { TensorBackend } from '../backend/tensor-backend.js';
import { marginErrors } from './margin-errors.js';
import { type BinaryOptions, checkOptions } from './options.js';
import { binaryProblems, validPixels } from './problems.js';
import { weightedMean } from './weighted-mean.js';

/** Options of {@link hinge}. */
export type HingeOptions = Pick<BinaryOptions, 'ignoreIndex'>;

/**
 * The hinge loss (1/p) Σ max(0, 1 − Fᵢ·yᵢ*) with y* = ±1, the mean over all valid pixels.
 *
 * @param backend what computes.
 * @param logits scores of any shape; positive means foreground.
 * @param labels 0 or 1, of the same shape. Values are not checked.
 * @param options `ignoreIndex`: the label of pixels to leave out.
 * @returns a scalar ≥ 0; 0 when no pixel is valid.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when the shapes differ.
 * @example
 * const logits = referenceTensor([2, -1, 0.5], [3]);
 * const labels = referenceTensor([1, 1, 0], [3]);
 * hinge(referenceBackend, logits, labels).data[0]; // (0 + 2 + 1.5) / 3
 */
export function hinge<T>(backend: TensorBackend<T>, logits: T, labels: T, options: HingeOptions = {}): T {
  checkOptions(options, ['ignoreIndex']);
  const problems = binaryProblems(backend, logits, labels, options);
  const errors = marginErrors(backend, problems.scores, problems.foreground);
  const mean = weightedMean(backend, errors, validPixels(backend, problems), [0, 1, 2]);
  return backend.reshape(mean, []);
}
