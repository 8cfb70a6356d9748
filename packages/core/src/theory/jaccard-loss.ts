import { countMispredictions } from './count-mispredictions.js';
import type { SetFunction } from './set-function.js';

/**
 * The Jaccard loss as a function of the set M of mispredictions (Eq. 6): |M| / |{y* = c} ∪ M|, 0 where that is 0/0.
 * It is submodular for every ground truth.
 *
 * @param foreground the ground truth of the class: not 0 where the pixel belongs to it.
 * @returns the set function, in 0…1. It throws a RangeError for a set over another number of pixels.
 * @example
 * jaccardLoss([1, 0, 0])([0, 1, 0]); // 1/2: one pixel right, one too many
 */
export function jaccardLoss(foreground: ArrayLike<number>): SetFunction {
  return (mispredicted) => {
    const { total, missed, added } = countMispredictions(foreground, mispredicted);
    const union = total + added;
    return union === 0 ? 0 : (missed + added) / union;
  };
}
