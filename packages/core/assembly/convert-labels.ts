import { countFour } from './count-four';

/** Labels are counted in four tables of as many entries, in turns: neighbours mostly have the same label. */
const tableLength: i32 = 1 << 16;

/**
 * Converts labels to 16 bits and counts them: 0xffff for those that are ignored.
 *
 * @param areBytes whether they have 8 bits; otherwise 32.
 * @param length of the labels, a multiple of 8.
 * @param ignoreIndex what is ignored, if `hasIgnoreIndex`.
 * @param counts four tables by converted label.
 * @returns whether each label is a class or ignored. Others are converted as if they were ignored.
 */
export function convertLabels(
  labels: usize,
  areBytes: bool,
  length: i32,
  ignoreIndex: i32,
  hasIgnoreIndex: bool,
  classCount: i32,
  target: usize,
  counts: usize,
): bool {
  const ignored = i32x4.splat(ignoreIndex);
  const isUsed = i32x4.splat(hasIgnoreIndex ? -1 : 0);
  const classes = i32x4.splat(classCount);
  const converted = i32x4.splat(0xffff);
  const tables = i32x4.add(
    i32x4.splat(<i32>counts),
    i32x4(0, 4 * tableLength, 8 * tableLength, 12 * tableLength),
  );
  let wrong = i32x4.splat(0);
  let from = labels;
  const end = target + ((<usize>length) << 1);
  for (let to = target; to < end; to += 16) {
    let lower: v128;
    let upper: v128;
    if (areBytes) {
      const eight = i16x8.extend_low_i8x16_u(v128.load64_zero(from));
      lower = i32x4.extend_low_i16x8_u(eight);
      upper = i32x4.extend_high_i16x8_u(eight);
      from += 8;
    } else {
      lower = v128.load(from);
      upper = v128.load(from, 16);
      from += 32;
    }
    const lowerIgnored = v128.and(i32x4.eq(lower, ignored), isUsed);
    const upperIgnored = v128.and(i32x4.eq(upper, ignored), isUsed);
    const lowerOutside = i32x4.ge_u(lower, classes);
    const upperOutside = i32x4.ge_u(upper, classes);
    wrong = v128.or(wrong, v128.andnot(lowerOutside, lowerIgnored));
    wrong = v128.or(wrong, v128.andnot(upperOutside, upperIgnored));
    const lowerLabels = v128.bitselect(converted, lower, v128.or(lowerIgnored, lowerOutside));
    const upperLabels = v128.bitselect(converted, upper, v128.or(upperIgnored, upperOutside));
    v128.store(to, i16x8.narrow_i32x4_u(lowerLabels, upperLabels));
    countFour(i32x4.add(i32x4.shl(lowerLabels, 2), tables));
    countFour(i32x4.add(i32x4.shl(upperLabels, 2), tables));
  }
  return !v128.any_true(wrong);
}
