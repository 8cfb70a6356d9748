/** Bits of a float32 error that do not tell bins apart. */
const droppedBits: i32 = 13;

/** What is added to the entries of foreground: its error, negated, is entry − 1 of a probability. */
export function foregroundShift(isProbability: bool): v128 {
  return f32x4.splat(isProbability ? -1 : 0);
}

/**
 * The errors of four pixels, those of foreground with their sign bit set. Adding 0 makes 0 of −0.
 *
 * @param foreground all bits of the lanes that are foreground.
 */
export function signedErrors(entries: v128, foreground: v128, shift: v128): v128 {
  return v128.or(f32x4.add(entries, v128.and(foreground, shift)), i32x4.shl(foreground, 31));
}

/** Which of eight pixels are ignored. */
export function ignoredOf(labels: v128): v128 {
  return i16x8.eq(labels, i16x8.splat(-1));
}

/** The errors, −∞ of those that are ignored: a bin in which there is no other error. */
export function ignore(errors: v128, ignored: v128): v128 {
  return v128.bitselect(f32x4.splat(-Infinity), errors, ignored);
}

/** Addresses of the bins of four errors in a table of 32-bit entries. */
export function binAddresses(errors: v128, table: v128): v128 {
  return i32x4.add(v128.and(i32x4.shr_u(errors, droppedBits - 2), i32x4.splat(~3)), table);
}
