import type { TensorBackend } from '../backend/tensor-backend.js';
import { classMean } from './class-mean.js';
import { type ClassMeanOptions, checkOptions } from './options.js';
import { multiclassProblems } from './problems.js';
import { safeDivide } from './weighted-mean.js';

/** Options of {@link softJaccard}. */
export type SoftJaccardOptions = ClassMeanOptions;

/**
 * The soft Jaccard loss, the mean over classes of 1 − Σ f·y / Σ (f + y − f·y), the paper's baseline [23].
 *
 * Conventions are those of {@link lovaszSoftmax}.
 *
 * @param backend what computes.
 * @param input logits, or probabilities if the options say so: `[images, classes, ...]`, `[images, ..., classes]` or
 *   `[points, classes]`.
 * @param labels class ids, of the shape of the input without classes. Values are not checked.
 * @param options see {@link ClassMeanOptions}.
 * @returns a scalar in 0…1; 0 when no pixel is valid.
 * @throws TypeError for an unknown option or option value.
 * @throws RangeError when shapes do not fit, or class ids or weights do not fit the number of classes.
 * @example
 * const probabilities = referenceTensor([0.8, 0.2, 0.4, 0.6], [2, 2]);
 * const labels = referenceTensor([0, 1], [2]);
 * softJaccard(referenceBackend, probabilities, labels, { input: 'probabilities' }).data[0]; // 0.4643…
 */
export function softJaccard<T>(
  backend: TensorBackend<T>,
  input: T,
  labels: T,
  options: SoftJaccardOptions = {},
): T {
  checkOptions(options, ['classes', 'perImage', 'ignoreIndex', 'classWeights', 'input', 'layout']);
  const problems = multiclassProblems(backend, input, labels, options, options.perImage ? 'images' : 'batch');
  const { scores, foreground, valid } = problems;
  const all = options.input === 'probabilities' ? scores : backend.softmax(scores, 1);
  const probabilities = valid === undefined ? all : backend.multiply(all, valid);

  const overlap = backend.multiply(probabilities, foreground);
  const intersection = backend.sum(overlap, [2]);
  const union = backend.sum(backend.add(backend.subtract(probabilities, overlap), foreground), [2]);
  const losses = safeDivide(backend, backend.subtract(union, intersection), union);
  return classMean(backend, losses, problems, options);
}
