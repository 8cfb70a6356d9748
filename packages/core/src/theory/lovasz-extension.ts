import type { SetFunction } from './set-function.js';

/**
 * The Lovász extension of a set function and its gradient, by definition (Def. 2):
 *
 * - value Σ mᵢ·gᵢ(m) (Eq. 8)
 * - gᵢ(m) = Δ({π₁ … πᵢ}) − Δ({π₁ … πᵢ₋₁}), π in decreasing order of m (Eq. 9)
 *
 * It equals Δ on {0, 1}ᵖ, is linear wherever the order of m does not change, and is convex exactly if Δ is submodular.
 * The set function is called p times, whatever it costs: for the Jaccard loss `jaccardWeights` is much faster.
 *
 * @param setFunction Δ, with Δ(∅) = 0.
 * @param errors m ∈ ℝᵖ.
 * @returns the value, and the gradient in the order of the errors. Equal errors count in their order.
 * @throws RangeError when an error is NaN or Δ(∅) is not 0.
 * @example
 * lovaszExtension(jaccardLoss([0, 1]), [0.9, 0.2]); // value 0.55, gradient [0.5, 0.5]
 */
export function lovaszExtension(
  setFunction: SetFunction,
  errors: ArrayLike<number>,
): { readonly value: number; readonly gradient: Float64Array } {
  const members = new Uint8Array(errors.length);
  let before = setFunction(members);
  if (before !== 0) {
    throw new RangeError(`setFunction is ${before} for the empty set; a Lovász extension needs 0`);
  }
  const order = Array.from(errors, (error, pixel) => {
    if (Number.isNaN(error)) throw new RangeError(`errors hold NaN at pixel ${pixel}`);
    return pixel;
  }).sort((a, b) => errors[b]! - errors[a]! || a - b);

  let value = 0;
  const gradient = new Float64Array(errors.length);
  for (const pixel of order) {
    members[pixel] = 1;
    const after = setFunction(members);
    gradient[pixel] = after - before;
    value += errors[pixel]! * (after - before);
    before = after;
  }
  return { value, gradient };
}
