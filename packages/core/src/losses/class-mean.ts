import type { TensorBackend } from '../backend/tensor-backend.js';
import { type ArrangedBatch, validPixels } from './arranged-batch.js';
import type { Reduction } from './options.js';
import { weightedMean } from './weighted-mean.js';

/** The losses that are a mean over classes, and the classes that each counts by default. */
export const countedByDefault = {
  'lovasz-softmax': 'present',
  'soft-jaccard': 'present',
  'lovasz-hinge': 'all',
  'lovasz-sigmoid': 'all',
} as const;

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
  batch: ArrangedBatch<T>,
  options: {
    readonly classes: 'present' | 'all' | readonly number[];
    readonly reduction: Reduction | undefined;
  },
): T {
  const { foreground, perImage, valid } = batch;
  let factors = batch.factors;
  if (options.classes === 'present') {
    const present = backend.greater(backend.sum(foreground, [2]), backend.constant(0));
    factors = backend.multiply(factors, present);
  } else if (perImage || valid !== undefined) {
    const anyValid = backend.greater(backend.sum(validPixels(backend, batch), [2]), backend.constant(0));
    factors = backend.multiply(factors, anyValid);
  }
  if (options.reduction === 'none') {
    const counted = backend.multiply(losses, backend.greater(factors, backend.constant(0)));
    const classes = batch.classCount === undefined ? [] : [batch.classCount];
    return backend.reshape(counted, perImage ? [-1, ...classes] : classes);
  }
  const ofGroups = weightedMean(backend, losses, factors, [1]);
  if (!perImage) return backend.reshape(ofGroups, []);
  const counts = backend.greater(backend.sum(factors, [1]), backend.constant(0));
  return backend.reshape(weightedMean(backend, ofGroups, counts, [0]), []);
}
