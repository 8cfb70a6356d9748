import { binOffsets, droppedBits, errorsOf, loadEntries, loadLabels } from './errors';

/**
 * Writes the weights of the bins of a block's errors.
 *
 * @param block entries, `labels` their labels; filled up to a multiple of 4 with ignored pixels.
 * @param label that of foreground.
 * @param lowest the lowest bits of the lowest bin that has a weight; the bin below holds 0.
 * @param weights of background, `foregroundAt` bytes before those of foreground, which are negative.
 * @param target where the weights of the pixels go; may be `block`.
 * @returns Σ |weight| · error, summed in four lanes.
 */
export function lookUpWeights(
  block: usize,
  labels: usize,
  length: i32,
  label: i32,
  isProbability: bool,
  lowest: i32,
  weights: usize,
  foregroundAt: i32,
  target: usize,
): f64 {
  const ofClass = i32x4.splat(label);
  const inverted = i32x4.splat(isProbability ? -1 : 0);
  const limit = i32x4.splat(lowest);
  const floor = i32x4.splat(lowest - (1 << droppedBits));
  const above = i32x4.splat(foregroundAt);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const end = block + ((<usize>length) << 2);
  let labelsAt = labels;
  let to = target;
  for (let at = block; at < end; at += 16, labelsAt += 8, to += 16) {
    const entries = loadEntries(at);
    const four = loadLabels(labelsAt);
    const foreground = i32x4.eq(four, ofClass);
    const errors = errorsOf(entries, four, foreground, inverted);
    if (!v128.any_true(i32x4.ge_s(errors, limit))) {
      v128.store(to, f32x4.splat(0));
      continue;
    }
    const offsets = binOffsets(errors, floor, foreground, above);
    let found = v128.load32_zero(weights + <usize>i32x4.extract_lane(offsets, 0));
    found = v128.load_lane<f32>(weights + <usize>i32x4.extract_lane(offsets, 1), found, 1);
    found = v128.load_lane<f32>(weights + <usize>i32x4.extract_lane(offsets, 2), found, 2);
    found = v128.load_lane<f32>(weights + <usize>i32x4.extract_lane(offsets, 3), found, 3);
    v128.store(to, found);
    const sizes = f32x4.abs(found);
    low = f64x2.add(low, f64x2.mul(f64x2.promote_low_f32x4(sizes), f64x2.promote_low_f32x4(errors)));
    const sizesAbove = v128.shuffle<i64>(sizes, sizes, 1, 1);
    const errorsAbove = v128.shuffle<i64>(errors, errors, 1, 1);
    high = f64x2.add(
      high,
      f64x2.mul(f64x2.promote_low_f32x4(sizesAbove), f64x2.promote_low_f32x4(errorsAbove)),
    );
  }
  const sums = f64x2.add(low, high);
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}
