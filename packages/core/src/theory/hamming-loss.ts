/**
 * The Hamming distance, the number of mispredictions |M|. It is modular: its Lovász extension is the sum of the errors,
 * and the Lovász hinge built on it is the plain hinge (section 2.1).
 *
 * @param mispredicted indicator vector: not 0 where the pixel is mispredicted.
 * @returns a whole number from 0 to the number of pixels.
 * @example
 * hammingLoss([1, 0, 1]); // 2
 */
export function hammingLoss(mispredicted: ArrayLike<number>): number {
  let count = 0;
  for (let pixel = 0; pixel < mispredicted.length; pixel++) if (mispredicted[pixel] !== 0) count += 1;
  return count;
}
