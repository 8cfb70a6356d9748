import type { Dimension, TensorBackend } from '../backend/tensor-backend.js';
import type { Reduction } from './options.js';
import { weightedMean } from './weighted-mean.js';

/**
 * Σ w·x / Σ w over all pixels, and over all labels where each pixel has several.
 *
 * @param losses x, of problems grouped as `any`.
 * @param weights w ≥ 0, of the same shape; 0 where a pixel is ignored, x being finite there.
 * @param options.reduction `none` gives each w·x by itself.
 * @param options.shape that of the labels.
 * @returns a scalar, 0 where Σ w = 0; or a tensor of the shape of the labels.
 * @throws RangeError for `none` when more than one length of the shape is only known by name.
 */
export function pixelMean<T>(
  backend: TensorBackend<T>,
  losses: T,
  weights: T,
  options: { readonly reduction: Reduction | undefined; readonly shape: readonly Dimension[] },
): T {
  if (options.reduction !== 'none') {
    return backend.reshape(weightedMean(backend, losses, weights, [0, 1, 2]), []);
  }
  const shape = options.shape.map((length) => (typeof length === 'string' ? -1 : length));
  if (shape.filter((length) => length === -1).length > 1) {
    throw new RangeError(
      `labels of shape [${options.shape.join(', ')}]; reduction "none" needs all lengths but one to be known`,
    );
  }
  return backend.reshape(backend.multiply(losses, weights), shape);
}
