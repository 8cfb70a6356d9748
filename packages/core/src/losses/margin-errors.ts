import type { TensorBackend } from '../backend/tensor-backend.js';

/**
 * Pixel errors of binary scores, the hinge max(0, 1 − F_i·y_i*) with y* = ±1 (above Eq. 10).
 *
 * @param foreground mask of y* = 1.
 */
export function marginErrors<T>(backend: TensorBackend<T>, logits: T, foreground: T): T {
  const one = backend.constant(1);
  const sign = backend.subtract(backend.multiply(backend.constant(2), foreground), one);
  return backend.relu(backend.subtract(one, backend.multiply(sign, logits)));
}
