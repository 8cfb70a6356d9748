import { checkSameLength } from './check-same-length.js';

/**
 * The mispredicted pixels of a class: in one of the two sets, not in both (Eq. 5).
 *
 * @param groundTruth indicator vector: not 0 where the pixel is of the class.
 * @param prediction indicator vector of the same length.
 * @returns indicator vector of 0 and 1.
 * @throws RangeError when the lengths differ.
 * @example
 * mispredictions([1, 1, 0], [0, 1, 1]); // Uint8Array [1, 0, 1]
 */
export function mispredictions(groundTruth: ArrayLike<number>, prediction: ArrayLike<number>): Uint8Array {
  checkSameLength('prediction', prediction, 'groundTruth', groundTruth);
  return Uint8Array.from(groundTruth, (label, pixel) =>
    (label !== 0) === (prediction[pixel] !== 0) ? 0 : 1,
  );
}
