import type { TensorBackend } from '../backend/tensor-backend.js';

/** 1 / (1 + e⁻ˣ), without overflow in value or gradient. */
export function sigmoid<T>(backend: TensorBackend<T>, x: T): T {
  const negative = backend.subtract(backend.constant(0), x);
  // e⁻ˢ / (e⁻ˢ + e⁻ˢ⁻ˣ) does not depend on s, hence s may be held constant; s = max(0, −x) keeps both powers ≤ 1.
  const shift = backend.stopGradient(backend.relu(negative));
  const numerator = backend.exp(backend.subtract(backend.constant(0), shift));
  return backend.divide(numerator, backend.add(numerator, backend.exp(backend.subtract(negative, shift))));
}
