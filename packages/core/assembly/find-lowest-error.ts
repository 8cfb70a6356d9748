import { errorsOf, loadEntries, loadLabels } from './errors';

/**
 * The bits of the lowest foreground error of a block, 0x7fffffff if there is none; −1 if an entry is not in 0…1 and
 * `isChecked`.
 */
export function findLowestError(
  block: usize,
  labels: usize,
  length: i32,
  label: i32,
  isProbability: bool,
  isChecked: bool,
): i32 {
  const ofClass = i32x4.splat(label);
  const inverted = i32x4.splat(isProbability ? -1 : 0);
  const one = i32x4.splat(isChecked ? 0x3f800000 : -1);
  const none = i32x4.splat(0x7fffffff);
  let wrong = i32x4.splat(0);
  let lowest = none;
  const end = block + ((<usize>length) << 2);
  let labelsAt = labels;
  for (let at = block; at < end; at += 16, labelsAt += 8) {
    const entries = loadEntries(at);
    wrong = v128.or(wrong, i32x4.gt_u(entries, one));
    const four = loadLabels(labelsAt);
    const foreground = i32x4.eq(four, ofClass);
    lowest = i32x4.min_u(
      lowest,
      v128.bitselect(errorsOf(entries, four, foreground, inverted), none, foreground),
    );
  }
  if (v128.any_true(wrong)) return -1;
  lowest = i32x4.min_u(lowest, v128.shuffle<i32>(lowest, lowest, 2, 3, 0, 1));
  lowest = i32x4.min_u(lowest, v128.shuffle<i32>(lowest, lowest, 1, 0, 3, 2));
  return i32x4.extract_lane(lowest, 0);
}
