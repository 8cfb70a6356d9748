import type { TensorBackend } from '../backend/tensor-backend.js';
import type { ArrangedBatch } from './arranged-batch.js';

/**
 * The Lovász extension of the Jaccard loss, Σ mᵢ·gᵢ(m) (Eq. 8), of every group and class.
 *
 * @param errors m ≥ 0, `[groups, classes, pixels]`.
 * @returns `[groups, classes, 1]`, each in the range of its valid errors; 0 where no pixel is valid.
 */
export function jaccardExtension<T>(
  backend: TensorBackend<T>,
  errors: T,
  { foreground, valid }: ArrangedBatch<T>,
): T {
  // g is the gradient itself and piecewise constant in m, so nothing has to be differentiated through the sort.
  const weights = backend.stopGradient(
    backend.jaccardWeights(errors, foreground, valid ?? backend.constant(1)),
  );
  return backend.sum(backend.multiply(errors, weights), [2]);
}
