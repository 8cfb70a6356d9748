import type { TensorBackend } from '../backend/tensor-backend.js';
import { type BinaryProblems, hasValidPixel } from './problems.js';
import { weightedMean } from './weighted-mean.js';

/**
 * The loss of each label, by image the mean over images with a valid pixel, then the mean over labels.
 *
 * @param losses `[groups, labels, 1]`, 0 where no pixel is valid.
 * @returns a scalar.
 */
export function labelMean<T>(backend: TensorBackend<T>, losses: T, problems: BinaryProblems<T>): T {
  const ofLabels = problems.perImage
    ? weightedMean(backend, losses, hasValidPixel(backend, problems), [0])
    : losses;
  const mean = backend.divide(backend.sum(ofLabels, [1]), backend.constant(problems.numberOfLabels));
  return backend.reshape(mean, []);
}
