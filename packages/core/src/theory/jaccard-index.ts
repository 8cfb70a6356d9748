import { checkSameLength } from './check-same-length.js';

/**
 * The Jaccard index |A ∩ B| / |A ∪ B| of two sets of pixels (Eq. 3), with 0/0 = 1. One minus it is the Jaccard loss
 * of Eq. (4).
 *
 * @param groundTruth indicator vector: not 0 where the pixel is of the class.
 * @param prediction indicator vector of the same length.
 * @returns a number in 0…1.
 * @throws RangeError when the lengths differ.
 * @example
 * jaccardIndex([1, 1, 0], [0, 1, 1]); // 1/3
 */
export function jaccardIndex(groundTruth: ArrayLike<number>, prediction: ArrayLike<number>): number {
  checkSameLength('prediction', prediction, 'groundTruth', groundTruth);
  let intersection = 0;
  let union = 0;
  for (let pixel = 0; pixel < groundTruth.length; pixel++) {
    const inTruth = groundTruth[pixel] !== 0;
    const inPrediction = prediction[pixel] !== 0;
    if (inTruth && inPrediction) intersection += 1;
    if (inTruth || inPrediction) union += 1;
  }
  return union === 0 ? 1 : intersection / union;
}
