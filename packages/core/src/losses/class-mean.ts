import type { TensorBackend } from '../backend/tensor-backend.js';
import type { ClassMeanOptions } from './options.js';
import { hasValidPixel, type MulticlassProblems } from './problems.js';
import { weightedMean } from './weighted-mean.js';

/**
 * Σ aₖ·Lₖ / Σ aₖ over the classes that count (Eq. 13), then the mean over the images in which a class counts.
 *
 * @param losses Lₖ, `[groups, classes, 1]`, 0 where no pixel is valid.
 * @returns a scalar; 0 if nothing counts.
 */
export function classMean<T>(
  backend: TensorBackend<T>,
  losses: T,
  problems: MulticlassProblems<T>,
  { classes = 'present' }: ClassMeanOptions,
): T {
  const { foreground, perImage } = problems;
  let factors = problems.factors;
  if (classes === 'present') {
    // A void pixel is foreground of no scored class, so that `valid` is not needed here.
    const present = backend.greater(backend.sum(foreground, [2]), backend.constant(0));
    factors = backend.multiply(factors, present);
  } else if (perImage) {
    factors = backend.multiply(factors, hasValidPixel(backend, problems));
  }
  const ofGroups = weightedMean(backend, losses, factors, [1]);
  if (!perImage) return backend.reshape(ofGroups, []);
  const counts = backend.greater(backend.sum(factors, [1]), backend.constant(0));
  return backend.reshape(weightedMean(backend, ofGroups, counts, [0]), []);
}
