/**
 * Sorts collected pixels by ascending key: a radix sort of key − lowest, least significant digit first.
 *
 * @param pixels 64 bits each; `spare` has room for as many.
 * @param lowest at most the lowest key.
 * @param counts room for 4 tables of 2^11 entries of 32 bits.
 * @returns where the sorted pixels are: `pixels` or `spare`.
 */
export function sortPixels(pixels: usize, spare: usize, count: i32, lowest: u32, counts: usize): usize {
  const bytes: usize = (<usize>count) << 3;
  let highest = lowest;
  for (let at = pixels; at < pixels + bytes; at += 8) highest = max(highest, load<u32>(at, 4));
  const bits = 32 - clz<u32>(highest - lowest);
  const passes: u32 = (<u32>bits + 10) / 11;
  if (passes === 0) return pixels;
  const digitBits: u32 = (<u32>bits + passes - 1) / passes;
  const tableBytes: usize = (<usize>4) << digitBits;
  const mask: u32 = (1 << digitBits) - 1;
  memory.fill(counts, 0, tableBytes * passes);
  for (let at = pixels; at < pixels + bytes; at += 8) {
    let key = load<u32>(at, 4) - lowest;
    let table = counts;
    for (let pass: u32 = 0; pass < passes; pass++, table += tableBytes) {
      const entry = table + ((<usize>(key & mask)) << 2);
      store<u32>(entry, load<u32>(entry) + 1);
      key >>= digitBits;
    }
  }
  let from = pixels;
  let to = spare;
  let table = counts;
  for (let pass: u32 = 0; pass < passes; pass++, table += tableBytes) {
    // Counts become the addresses at which the next pixel of a digit is written.
    let next = to;
    for (let entry = table; entry < table + tableBytes; entry += 4) {
      const digitCount = load<u32>(entry);
      store<u32>(entry, <u32>next);
      next += (<usize>digitCount) << 3;
    }
    const shift = pass * digitBits;
    for (let at = from; at < from + bytes; at += 8) {
      const pixel = load<u64>(at);
      const entry = table + ((<usize>(((<u32>(pixel >> 32) - lowest) >> shift) & mask)) << 2);
      const place = load<u32>(entry);
      store<u64>(<usize>place, pixel);
      store<u32>(entry, place + 8);
    }
    const other = from;
    from = to;
    to = other;
  }
  return from;
}
