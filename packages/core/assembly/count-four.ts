/** Adds 1 to the 32-bit numbers at four addresses, which may be the same. */
export function countFour(addresses: v128): void {
  const lower = i64x2.extract_lane(addresses, 0);
  const upper = i64x2.extract_lane(addresses, 1);
  increment(<usize>(<u32>lower));
  increment(<usize>(lower >>> 32));
  increment(<usize>(<u32>upper));
  increment(<usize>(upper >>> 32));
}

function increment(address: usize): void {
  store<i32>(address, load<i32>(address) + 1);
}
