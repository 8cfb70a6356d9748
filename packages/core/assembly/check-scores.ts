/** Whether all scores of a block are finite. The block is filled up to a multiple of 4 with numbers that are. */
export function allAreFinite(block: usize, length: i32): bool {
  const exponent = i32x4.splat(0x7f800000);
  let wrong = i32x4.splat(0);
  const end = block + ((<usize>length) << 2);
  for (let at = block; at < end; at += 16) {
    wrong = v128.or(wrong, i32x4.eq(v128.and(v128.load(at), exponent), exponent));
  }
  return !v128.any_true(wrong);
}
