import { checkSameLength } from './check-same-length.js';
import { jaccardLoss } from './jaccard-loss.js';
import { lovaszExtension } from './lovasz-extension.js';

/**
 * The Lovász hinge as a function of relative margins (Fig. 1): the Lovász extension of the Jaccard loss at
 * max(rᵢ, 0), with rᵢ = 1 − Fᵢ·yᵢ*. At margins of 0 and 1 it is the Jaccard loss itself.
 *
 * @param foreground the ground truth: not 0 where y* = 1.
 * @param margins r, one per pixel; above 1 where the pixel is mispredicted.
 * @returns a number ≥ 0.
 * @throws RangeError when the lengths differ or a margin is NaN.
 * @example
 * lovaszHingeSurface([1, 0], [2, 1]); // 2·1 + 1·0
 */
export function lovaszHingeSurface(foreground: ArrayLike<number>, margins: ArrayLike<number>): number {
  checkSameLength('margins', margins, 'foreground', foreground);
  const errors = Float64Array.from(margins, (margin) => Math.max(margin, 0));
  return lovaszExtension(jaccardLoss(foreground), errors).value;
}

/**
 * The Lovász-Softmax loss of the foreground class, of two classes, as a function of differences of scores (Fig. 2): the
 * Lovász extension of the Jaccard loss at mᵢ = 1 − fᵢ(yᵢ*) = 1 / (1 + exp dᵢ), with dᵢ = Fᵢ(yᵢ*) − Fᵢ(1 − yᵢ*).
 * Far out it is the Jaccard loss of the signs.
 *
 * @param foreground the ground truth: not 0 where the pixel is foreground.
 * @param differences d, one per pixel; negative where the pixel is mispredicted.
 * @returns a number in 0…1.
 * @throws RangeError when the lengths differ or a difference is NaN.
 * @example
 * lovaszSoftmaxSurface([1, 1], [0, 0]); // 1/2
 */
export function lovaszSoftmaxSurface(foreground: ArrayLike<number>, differences: ArrayLike<number>): number {
  checkSameLength('differences', differences, 'foreground', foreground);
  const errors = Float64Array.from(differences, (difference) => 1 / (1 + Math.exp(difference)));
  return lovaszExtension(jaccardLoss(foreground), errors).value;
}
