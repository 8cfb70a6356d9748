import { countFour } from './count-four';
import { binAddresses, foregroundShift, ignore, ignoredOf, signedErrors } from './errors';
import { highestLane } from './lanes';

/**
 * Counts the signed errors of a block in their bins.
 *
 * @param block entries, `labels` their labels; filled up to a multiple of 8 with ignored pixels.
 * @param label that of foreground.
 * @param counts those of background, then those of foreground.
 * @returns whether all entries are in 0…1; false also if there is −0, which is counted as 0.
 */
export function countBins(
  block: usize,
  labels: usize,
  length: i32,
  label: i32,
  isProbability: bool,
  hasIgnored: bool,
  counts: usize,
): bool {
  const ofClass = i16x8.splat(<i16>label);
  const shift = foregroundShift(isProbability);
  const table = i32x4.splat(<i32>counts);
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
    countFour(binAddresses(lowerErrors, table));
    countFour(binAddresses(upperErrors, table));
  }
  return highestLane(highest) <= 0x3f800000;
}
