import type { TensorBackend } from '../backend/tensor-backend.js';

/** How a margin 1 − F·y* becomes an error. */
export type Activation = 'relu' | 'elu+1';

/**
 * Pixel errors of binary scores, the hinge max(0, 1 − F_i·y_i*) with y* = ±1 (above Eq. 10).
 *
 * @param foreground mask of y* = 1.
 * @param activation `elu+1` takes elu + 1 instead of max(0, ·): margin + 1 where it is positive, e^margin elsewhere.
 */
export function marginErrors<T>(
  backend: TensorBackend<T>,
  logits: T,
  foreground: T,
  activation: Activation = 'relu',
): T {
  const one = backend.constant(1);
  const sign = backend.subtract(backend.multiply(backend.constant(2), foreground), one);
  const margins = backend.subtract(one, backend.multiply(sign, logits));
  const positive = backend.relu(margins);
  if (activation === 'relu') return positive;
  return backend.add(positive, backend.exp(backend.subtract(margins, positive)));
}
