import type { Pixels } from '../counting/counts.js';

/**
 * 64 bits, as 16 hexadecimal digits, that change when labels do: MurmurHash3 of the values, each as one 32-bit word, from two
 * seeds. The same values in another kind of array have the same hash. It is no protection against forgery.
 *
 * @example
 * contentHash(Uint8Array.of(0, 1)) === contentHash([0, 1]); // true
 */
export function contentHash(labels: Pixels): string {
  let [first, second] = [0x2f0b4a27, 0x6c8e9cf5];
  for (let pixel = 0; pixel < labels.length; pixel++) {
    let word = Math.imul(Number(labels[pixel]), 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    first ^= word;
    first = (Math.imul((first << 13) | (first >>> 19), 5) + 0xe6546b64) | 0;
    second ^= word;
    second = (Math.imul((second << 17) | (second >>> 15), 5) + 0x38b34ae5) | 0;
  }
  return [first, second]
    .map((half) =>
      finish(half ^ labels.length)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
}

function finish(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
