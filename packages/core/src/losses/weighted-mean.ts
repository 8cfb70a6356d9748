import type { TensorBackend } from '../backend/tensor-backend.js';

/**
 * Σ w·x / Σ w over `axes`, which stay as dimensions of length 1; 0 with gradient 0 where Σ w = 0.
 *
 * @param values x, finite wherever the weight is 0.
 * @param weights w ≥ 0, of full length along `axes`.
 */
export function weightedMean<T>(
  backend: TensorBackend<T>,
  values: T,
  weights: T,
  axes: readonly number[],
): T {
  return safeDivide(
    backend,
    backend.sum(backend.multiply(values, weights), axes),
    backend.sum(weights, axes),
  );
}

/** numerator / denominator where the denominator is positive; the numerator itself, meant to be 0, elsewhere. */
export function safeDivide<T>(backend: TensorBackend<T>, numerator: T, denominator: T): T {
  const positive = backend.greater(denominator, backend.constant(0));
  return backend.divide(numerator, backend.where(positive, denominator, backend.constant(1)));
}
