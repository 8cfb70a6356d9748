/** The highest of four lanes without sign. */
export function highestLane(lanes: v128): u32 {
  let highest = i32x4.max_u(lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 0, 1));
  highest = i32x4.max_u(highest, v128.shuffle<i32>(highest, highest, 1, 0, 3, 2));
  return i32x4.extract_lane(highest, 0);
}

/** The lowest of four lanes without sign. */
export function lowestLane(lanes: v128): u32 {
  let lowest = i32x4.min_u(lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 0, 1));
  lowest = i32x4.min_u(lowest, v128.shuffle<i32>(lowest, lowest, 1, 0, 3, 2));
  return i32x4.extract_lane(lowest, 0);
}
