import { foregroundShift, ignoredOf, signedErrors } from './errors';

/**
 * Appends the pixels of a block whose errors, as bits, are at least `lowest` ≥ 0: in 64 bits each, the bits of the
 * error above and below them twice the pixel's number, plus 1 if it is foreground.
 *
 * @param label that of foreground.
 * @param first the number of the first pixel of the block.
 * @param pixels where the collected pixels lie, `count` of them until now, with room for 4 more than are pixels.
 * @returns how many there are now.
 */
export function collectPixels(
  block: usize,
  labels: usize,
  length: i32,
  label: i32,
  isProbability: bool,
  hasIgnored: bool,
  lowest: i32,
  first: u32,
  pixels: usize,
  count: i32,
): i32 {
  const ofClass = i16x8.splat(<i16>label);
  const shift = foregroundShift(isProbability);
  const limit = i32x4.splat(lowest);
  let next = pixels + ((<usize>count) << 3);
  let tags = i32x4.add(i32x4.splat(<i32>(first << 1)), i32x4(0, 2, 4, 6));
  const end = block + ((<usize>length) << 2);
  let labelsAt = labels;
  for (let at = block; at < end; at += 16, labelsAt += 8) {
    const four = v128.load64_zero(labelsAt);
    const foreground = i32x4.extend_low_i16x8_s(i16x8.eq(four, ofClass));
    const errors = f32x4.abs(signedErrors(v128.load(at), foreground, shift));
    let taken = i32x4.ge_s(errors, limit);
    if (hasIgnored) taken = v128.andnot(taken, i32x4.extend_low_i16x8_s(ignoredOf(four)));
    if (v128.any_true(taken)) {
      const lanes = i32x4.bitmask(taken);
      const marked = i32x4.sub(tags, foreground);
      const lower = v128.shuffle<i32>(marked, errors, 0, 4, 1, 5);
      const upper = v128.shuffle<i32>(marked, errors, 2, 6, 3, 7);
      // Every pixel is written; those that are not taken are overwritten by the next.
      v128.store_lane<i64>(next, lower, 0);
      next += ((<usize>lanes) & 1) << 3;
      v128.store_lane<i64>(next, lower, 1);
      next += ((<usize>lanes) & 2) << 2;
      v128.store_lane<i64>(next, upper, 0);
      next += ((<usize>lanes) & 4) << 1;
      v128.store_lane<i64>(next, upper, 1);
      next += (<usize>lanes) & 8;
    }
    tags = i32x4.add(tags, i32x4.splat(8));
  }
  return <i32>((next - pixels) >> 3);
}
