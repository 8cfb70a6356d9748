import { foregroundShift, ignore, ignoredOf, signedErrors } from './errors';
import { highestLane, lowestLane } from './lanes';

/**
 * The bits of the lowest foreground error of a block, at least those of ∞ if there is none; −1 if an entry is not in
 * 0…1, or is −0, and `isChecked`.
 *
 * @param block entries, `labels` their labels; filled up to a multiple of 8 with ignored pixels.
 * @param label that of foreground.
 */
export function findLowestError(
  block: usize,
  labels: usize,
  length: i32,
  label: i32,
  isProbability: bool,
  hasIgnored: bool,
  isChecked: bool,
): i32 {
  const ofClass = i16x8.splat(<i16>label);
  const shift = foregroundShift(isProbability);
  // Of signed errors, whose bits are those of foreground from the sign bit up, the lowest of the upper half.
  const sign = i32x4.splat(0x80000000);
  let lowest = i32x4.splat(0x7fffffff);
  let highest = i32x4.splat(0);
  const end = block + ((<usize>length) << 2);
  let labelsAt = labels;
  for (let at = block; at < end; at += 32, labelsAt += 16) {
    const eight = v128.load(labelsAt);
    const foreground = i16x8.eq(eight, ofClass);
    const lower = v128.load(at);
    const upper = v128.load(at, 16);
    highest = i32x4.max_u(highest, i32x4.max_u(lower, upper));
    let lowerErrors = signedErrors(lower, i32x4.extend_low_i16x8_s(foreground), shift);
    let upperErrors = signedErrors(upper, i32x4.extend_high_i16x8_s(foreground), shift);
    if (hasIgnored) {
      const ignored = ignoredOf(eight);
      lowerErrors = ignore(lowerErrors, i32x4.extend_low_i16x8_s(ignored));
      upperErrors = ignore(upperErrors, i32x4.extend_high_i16x8_s(ignored));
    }
    lowest = i32x4.min_u(lowest, v128.xor(lowerErrors, sign));
    lowest = i32x4.min_u(lowest, v128.xor(upperErrors, sign));
  }
  if (isChecked && highestLane(highest) > 0x3f800000) return -1;
  return lowestLane(lowest);
}
