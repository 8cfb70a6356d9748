/** The first of `length` counts that is not 0; `length` if there is none. */
export function findFirstCount(counts: usize, length: i32): i32 {
  const end = counts + ((<usize>length) << 2);
  let at = counts;
  while (at < end && !v128.any_true(v128.load(at))) at += 16;
  while (at < end && load<i32>(at) === 0) at += 4;
  return min(length, <i32>((at - counts) >> 2));
}
