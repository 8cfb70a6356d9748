import type { TensorBackend } from '../backend/tensor-backend.js';
import type { Reduction } from './options.js';
import { type Problems, validPixels } from './problems.js';
import { weightedMean } from './weighted-mean.js';

/**
 * Σ aₖ·Lₖ / Σ aₖ over the classes that count (Eq. 13), then the mean over the images in which a class counts. A class
 * counts only where it has a valid pixel.
 *
 * @param losses Lₖ, `[groups, classes, 1]`, 0 where no pixel is valid.
 * @param options.classes which classes count; a list is already in the factors.
 * @param options.reduction `none` leaves the losses apart, those that do not count as 0.
 * @returns a scalar, 0 if nothing counts; or `[images, classes]` per image, `[classes]` otherwise, without the axes that
 *   the scores lack.
 */
export function classMean<T>(
  backend: TensorBackend<T>,
  losses: T,
  problems: Problems<T>,
  options: {
    readonly classes: 'present' | 'all' | readonly number[];
    readonly reduction: Reduction | undefined;
  },
): T {
  const { foreground, perImage, valid } = problems;
  let factors = problems.factors;
  if (options.classes === 'present') {
    const present = backend.greater(backend.sum(foreground, [2]), backend.constant(0));
    factors = backend.multiply(factors, present);
  } else if (perImage || valid !== undefined) {
    const anyValid = backend.greater(backend.sum(validPixels(backend, problems), [2]), backend.constant(0));
    factors = backend.multiply(factors, anyValid);
  }
  if (options.reduction === 'none') {
    const counted = backend.multiply(losses, backend.greater(factors, backend.constant(0)));
    const classes = problems.classes === undefined ? [] : [problems.classes];
    return backend.reshape(counted, perImage ? [-1, ...classes] : classes);
  }
  const ofGroups = weightedMean(backend, losses, factors, [1]);
  if (!perImage) return backend.reshape(ofGroups, []);
  const counts = backend.greater(backend.sum(factors, [1]), backend.constant(0));
  return backend.reshape(weightedMean(backend, ofGroups, counts, [0]), []);
}
