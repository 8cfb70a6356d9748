import type { TensorBackend } from './tensor-backend.js';

/**
 * The default of {@link TensorBackend.jaccardWeights}: Algorithm 1 in closed form, by sorting and running counts.
 *
 * At place k of the decreasing order, with G foreground pixels in all, F_k and B_k foreground and background pixels
 * among the first k, I_k = G − F_k and U_k = G + B_k, Eq. (9) becomes
 *
 * - foreground: 1 / U_k
 * - background: I_k / (U_k · (U_k − 1)), or 1 at the first place when G = 0
 *
 * Counts are exact where differences of neighbouring Jaccard values would cancel.
 *
 * @param backend a backend that has {@link TensorBackend.sorting}.
 * @param errors pixel errors m ≥ 0, `[..., pixels]`.
 * @param foreground mask of the same shape, read under `valid` only.
 * @param valid mask that broadcasts to the same shape.
 * @returns weights of the shape of `errors`, 0 at ignored pixels.
 * @throws TypeError when the backend cannot sort.
 * @example
 * const weights = jaccardWeightsBySorting(
 *   referenceBackend,
 *   referenceTensor([0.9, 0.2], [2]),
 *   referenceTensor([0, 1], [2]),
 *   referenceTensor(1),
 * ); // 0.5, 0.5
 */
export function jaccardWeightsBySorting<T>(backend: TensorBackend<T>, errors: T, foreground: T, valid: T): T {
  const { sorting } = backend;
  if (sorting === undefined) {
    throw new TypeError(`backend "${backend.capabilities.name}" has no sorting operations`);
  }
  const pixelAxis = backend.shape(errors).length - 1;
  const one = backend.constant(1);

  // Ignored pixels get the key −1, below every error: sorted last, they change no count of a valid pixel.
  const key = backend.add(backend.multiply(errors, valid), backend.subtract(valid, one));
  const { indices } = sorting.sortDescending(key);
  const isForeground = sorting.gather(backend.multiply(foreground, valid), indices);

  const total = backend.sum(isForeground, [pixelAxis]);
  const intersection = backend.subtract(total, sorting.cumulativeSum(isForeground));
  const union = backend.add(total, sorting.cumulativeSum(backend.subtract(one, isForeground)));

  // A background pixel has a union of 1 only when it is the first and there is no foreground at all.
  const background = backend.where(
    backend.equal(union, one),
    one,
    backend.divide(intersection, backend.subtract(union, one)),
  );
  const sorted = backend.divide(backend.where(isForeground, one, background), union);
  return backend.multiply(sorting.scatter(sorted, indices), valid);
}
