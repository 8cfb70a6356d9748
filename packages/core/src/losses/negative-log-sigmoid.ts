import type { TensorBackend } from '../backend/tensor-backend.js';

/** −log σ(x) = log(1 + e⁻ˣ), without overflow in value or gradient. */
export function negativeLogSigmoid<T>(backend: TensorBackend<T>, x: T): T {
  const negative = backend.subtract(backend.constant(0), x);
  // log(e⁻ˢ + e⁻ˣ⁻ˢ) + s does not depend on s, hence s may be held constant; s = max(0, −x) keeps both powers ≤ 1.
  const shift = backend.stopGradient(backend.relu(negative));
  const powers = backend.add(
    backend.exp(backend.subtract(backend.constant(0), shift)),
    backend.exp(backend.subtract(negative, shift)),
  );
  return backend.add(backend.log(powers), shift);
}
