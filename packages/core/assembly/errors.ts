/** Bits of a float32 error that do not tell bins apart. */
export const droppedBits: i32 = 13;
const ignoredLabel: i32 = 0xffff;

/** The labels of four pixels. */
export function loadLabels(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(v128.load64_zero(at));
}

/**
 * The errors of four pixels: 1 − entry of the foreground if `inverted` has all bits set, −1 of ignored pixels, and the
 * entry of all others.
 */
export function errorsOf(entries: v128, labels: v128, foreground: v128, inverted: v128): v128 {
  const errors = v128.bitselect(f32x4.sub(f32x4.splat(1), entries), entries, v128.and(foreground, inverted));
  return v128.bitselect(f32x4.splat(-1), errors, i32x4.eq(labels, i32x4.splat(ignoredLabel)));
}

/** Four entries; adding 0 makes 0 of −0. */
export function loadEntries(at: usize): v128 {
  return f32x4.add(v128.load(at), f32x4.splat(0));
}

/**
 * Byte offsets of the bins of four errors in a table of 32-bit entries: background first, foreground `foregroundAt`
 * bytes on.
 *
 * @param floor bits that stand for all that is below them.
 */
export function binOffsets(errors: v128, floor: v128, foreground: v128, foregroundAt: v128): v128 {
  const shifted = i32x4.shr_s(i32x4.max_s(errors, floor), droppedBits - 2);
  const offsets = i32x4.add(v128.and(shifted, i32x4.splat(~3)), i32x4.splat(4));
  return i32x4.add(offsets, v128.and(foreground, foregroundAt));
}
