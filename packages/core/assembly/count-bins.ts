import { binOffsets, droppedBits, errorsOf, loadEntries, loadLabels } from './errors';

/**
 * Counts the errors of a block in their bins, those of background and of foreground apart.
 *
 * @param block entries, `labels` their labels; filled up to a multiple of 4 with ignored pixels.
 * @param label that of foreground.
 * @param counts of background, `foregroundAt` bytes before those of foreground.
 * @returns the lowest bits of an error; −1 if an entry is not in 0…1 and `isChecked`.
 */
export function countBins(
  block: usize,
  labels: usize,
  length: i32,
  label: i32,
  isProbability: bool,
  isChecked: bool,
  counts: usize,
  foregroundAt: i32,
): i32 {
  const ofClass = i32x4.splat(label);
  const inverted = i32x4.splat(isProbability ? -1 : 0);
  const one = i32x4.splat(isChecked ? 0x3f800000 : -1);
  const floor = i32x4.splat(-(1 << droppedBits));
  const above = i32x4.splat(foregroundAt);
  let wrong = i32x4.splat(0);
  let lowest = i32x4.splat(-1);
  const end = block + ((<usize>length) << 2);
  let labelsAt = labels;
  for (let at = block; at < end; at += 16, labelsAt += 8) {
    const entries = loadEntries(at);
    wrong = v128.or(wrong, i32x4.gt_u(entries, one));
    const four = loadLabels(labelsAt);
    const foreground = i32x4.eq(four, ofClass);
    const errors = errorsOf(entries, four, foreground, inverted);
    lowest = i32x4.min_u(lowest, errors);
    const offsets = binOffsets(errors, floor, foreground, above);
    const first = counts + <usize>i32x4.extract_lane(offsets, 0);
    const second = counts + <usize>i32x4.extract_lane(offsets, 1);
    const third = counts + <usize>i32x4.extract_lane(offsets, 2);
    const fourth = counts + <usize>i32x4.extract_lane(offsets, 3);
    store<i32>(first, load<i32>(first) + 1);
    store<i32>(second, load<i32>(second) + 1);
    store<i32>(third, load<i32>(third) + 1);
    store<i32>(fourth, load<i32>(fourth) + 1);
  }
  if (v128.any_true(wrong)) return -1;
  lowest = i32x4.min_u(lowest, v128.shuffle<i32>(lowest, lowest, 2, 3, 0, 1));
  lowest = i32x4.min_u(lowest, v128.shuffle<i32>(lowest, lowest, 1, 0, 3, 2));
  return i32x4.extract_lane(lowest, 0) & 0x7fffffff;
}
