import { countFour } from './count-four';

/**
 * Converts labels from 32 bits to 16 and counts them: 0xffff for those that are ignored.
 *
 * @param length of the labels, a multiple of 8.
 * @param ignoreIndex what is ignored, if `hasIgnoreIndex`.
 * @param counts by converted label.
 * @returns whether each label is a class or ignored. Others are converted as if they were ignored.
 */
export function convertLabels(
  labels: usize,
  length: i32,
  ignoreIndex: i32,
  hasIgnoreIndex: bool,
  numberOfClasses: i32,
  target: usize,
  counts: usize,
): bool {
  const ignored = i32x4.splat(ignoreIndex);
  const isUsed = i32x4.splat(hasIgnoreIndex ? -1 : 0);
  const classes = i32x4.splat(numberOfClasses);
  const converted = i32x4.splat(0xffff);
  const table = i32x4.splat(<i32>counts);
  let wrong = i32x4.splat(0);
  const end = labels + ((<usize>length) << 2);
  let to = target;
  for (let at = labels; at < end; at += 32, to += 16) {
    const lower = v128.load(at);
    const upper = v128.load(at, 16);
    const lowerIgnored = v128.and(i32x4.eq(lower, ignored), isUsed);
    const upperIgnored = v128.and(i32x4.eq(upper, ignored), isUsed);
    const lowerOutside = i32x4.ge_u(lower, classes);
    const upperOutside = i32x4.ge_u(upper, classes);
    wrong = v128.or(wrong, v128.andnot(lowerOutside, lowerIgnored));
    wrong = v128.or(wrong, v128.andnot(upperOutside, upperIgnored));
    const lowerLabels = v128.bitselect(converted, lower, v128.or(lowerIgnored, lowerOutside));
    const upperLabels = v128.bitselect(converted, upper, v128.or(upperIgnored, upperOutside));
    v128.store(to, i16x8.narrow_i32x4_u(lowerLabels, upperLabels));
    countFour(i32x4.add(i32x4.shl(lowerLabels, 2), table));
    countFour(i32x4.add(i32x4.shl(upperLabels, 2), table));
  }
  return !v128.any_true(wrong);
}
