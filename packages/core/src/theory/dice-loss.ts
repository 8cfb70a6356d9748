import { countMispredictions } from './count-mispredictions.js';
import type { SetFunction } from './set-function.js';

/**
 * The Dice loss 1 − 2·|A ∩ B| / (|A| + |B|) as a function of the set of mispredictions, 0 where that is 0/0.
 *
 * It is not submodular once two pixels are foreground: losing the second costs more than losing the first (1/3, then
 * 2/3). Its Lovász extension is then not convex, which is why the surrogates of the paper are built on the Jaccard loss.
 *
 * @param foreground the ground truth of the class: not 0 where the pixel belongs to it.
 * @returns the set function, in 0…1. It throws a RangeError for a set over another number of pixels.
 * @example
 * diceLoss([1, 0, 0])([0, 1, 0]); // 1/3
 */
export function diceLoss(foreground: ArrayLike<number>): SetFunction {
  return (mispredicted) => {
    const { total, missed, added } = countMispredictions(foreground, mispredicted);
    // |A| + |B|, B being A without the missed pixels and with the added ones.
    const sizes = 2 * total - missed + added;
    return sizes === 0 ? 0 : (missed + added) / sizes;
  };
}
