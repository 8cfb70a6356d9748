import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

export type { RandomGenerator };

/**
 * A generator of its own for each purpose: the same seed and keys give the same stream, any others an unrelated one.
 * Nothing is carried from one call to the next, so work can start anywhere without replaying what came before.
 *
 * The 128 bits of state of xoroshiro128+ are taken from the SHA-256 of seed and keys, so that Node and browsers draw the
 * same.
 *
 * @param seed - any integer
 * @param keys - what the stream is for, such as `'order', epoch`
 * @throws RangeError when a number among them is no integer
 * @example
 * const random = randomFor(7, 'order', 3);
 * uniform(random, -1, 1); // the same for every run
 */
export function randomFor(seed: number, ...keys: readonly (number | string)[]): RandomGenerator {
  for (const key of [seed, ...keys]) {
    if (typeof key === 'number' && !Number.isSafeInteger(key)) {
      throw new RangeError(`seed or key is ${key}; expected an integer`);
    }
  }
  const { buffer } = sha256(utf8ToBytes(JSON.stringify([seed, ...keys])));
  const digest = new DataView(buffer);
  return xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.getInt32(offset, true)));
}

/** A number drawn uniformly from [low, high). */
export function uniform(random: RandomGenerator, low: number, high: number): number {
  return low + (high - low) * uniformFloat32(random);
}
