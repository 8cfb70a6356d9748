import type { TensorBackend } from '../backend/tensor-backend.js';

/**
 * Pixel errors of class probabilities: 1 − f_i(c) if c = y_i*, f_i(c) otherwise (Eq. 11).
 *
 * @param foreground mask of c = y_i*, which broadcasts to the shape of the probabilities.
 */
export function probabilityErrors<T>(backend: TensorBackend<T>, probabilities: T, foreground: T): T {
  // Not |y − f|, whose derivative vanishes at probabilities of exactly 0 and 1.
  const sign = backend.subtract(backend.constant(1), backend.multiply(backend.constant(2), foreground));
  return backend.add(foreground, backend.multiply(sign, probabilities));
}
