/**
 * The largest |actual − expected|; NaN if any difference is NaN.
 *
 * @throws RangeError when the lengths differ.
 */
export function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) {
    throw new RangeError(`${actual.length} values; expected ${expected.length}`);
  }
  let largest = 0;
  for (let index = 0; index < actual.length; index++) {
    largest = Math.max(largest, Math.abs(actual[index]! - expected[index]!));
  }
  return largest;
}
