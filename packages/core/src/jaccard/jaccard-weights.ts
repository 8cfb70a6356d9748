import { checkMasks } from '../checks/check-masks.js';

/**
 * The Lovász weights of one binary problem: the gradient of Algorithm 1 in closed form, on plain arrays.
 *
 * Pixels are visited by decreasing error, equal errors in their order. With the intersection I and the union U left
 * once the pixel is counted as wrong, its weight (Eq. 9) is 1/U for foreground and I/(U·(U−1)) for background; where
 * there is no foreground, the largest error has weight 1 and the others 0.
 *
 * @param errors pixel errors, one per pixel.
 * @param foreground nonzero where the pixel is foreground.
 * @param valid zero where the pixel is ignored; every pixel is valid when it is left out.
 * @returns one weight per pixel, in the order of `errors`: at least 0, of sum 1 if any pixel is valid, 0 where ignored.
 * @throws RangeError when the lengths differ or a valid error is NaN.
 * @example
 * jaccardWeights([0.9, 0.2], [0, 1]); // Float64Array [0.5, 0.5]
 */
export function jaccardWeights(
  errors: ArrayLike<number>,
  foreground: ArrayLike<number>,
  valid?: ArrayLike<number>,
): Float64Array {
  const pixels = errors.length;
  checkMasks(pixels, { foreground, valid });

  const order: number[] = [];
  let union = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (valid !== undefined && valid[pixel] === 0) continue;
    if (Number.isNaN(errors[pixel])) throw new RangeError(`errors hold NaN at pixel ${pixel}`);
    order.push(pixel);
    if (foreground[pixel] !== 0) union += 1;
  }
  order.sort((a, b) => errors[b]! - errors[a]! || a - b);

  // Integer counts, so that nothing cancels; divided twice, so that U·(U−1) need not be exact.
  let intersection = union;
  const weights = new Float64Array(pixels);
  for (const pixel of order) {
    if (foreground[pixel] !== 0) {
      intersection -= 1;
      weights[pixel] = 1 / union;
    } else {
      union += 1;
      weights[pixel] = union === 1 ? 1 : intersection / union / (union - 1);
    }
  }
  return weights;
}
