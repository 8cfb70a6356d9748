/**
 * Random numbers without a state: what is drawn depends on a seed and on keys (a position, a class) alone, so that a
 * resumed run, or another worker, draws the same.
 */

/** 32 bits from a seed and keys; keys are integers of at least 0. */
export function randomBits(seed: number, ...keys: readonly number[]): number {
  let bits = mix(seed >>> 0);
  for (const key of keys) {
    bits = mix(bits ^ Math.imul(key >>> 0, 0x9e3779b1));
    // What a key has beyond 32 bits counts too.
    if (key >= 2 ** 32) bits = mix(bits + Math.floor(key / 2 ** 32));
  }
  return bits;
}

/** A number in [0, 1) with 53 random bits. */
export function randomUnit(seed: number, ...keys: readonly number[]): number {
  const high = randomBits(seed, ...keys, 1) >>> 5;
  const low = randomBits(seed, ...keys, 2) >>> 6;
  return (high * 2 ** 26 + low) / 2 ** 53;
}

/** An integer in [0, count). */
export function randomBelow(count: number, seed: number, ...keys: readonly number[]): number {
  return Math.floor(randomUnit(seed, ...keys) * count);
}

/**
 * Where `place` goes in a random permutation of 0 to size − 1, without writing the permutation down: a Feistel network over
 * a rectangle of rows and columns that just holds it, walked until it falls inside.
 */
export function permuted(place: number, size: number, seed: number, ...keys: readonly number[]): number {
  const key = randomBits(seed, ...keys);
  const rows = Math.ceil(Math.sqrt(size));
  const columns = Math.ceil(size / rows);
  let value = place;
  do {
    let row = Math.floor(value / columns);
    let column = value % columns;
    for (let round = 0; round < 6; round += 2) {
      row = (row + mix(mix(key + round) ^ column)) % rows;
      column = (column + mix(mix(key + round + 1) ^ row)) % columns;
    }
    value = row * columns + column;
  } while (value >= size);
  return value;
}

/** The finalizer of MurmurHash3. */
function mix(bits: number): number {
  let mixed = bits;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
