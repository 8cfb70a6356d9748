import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Draws that depend on nothing but where they are made. */
export interface Random {
  /** An integer of 0 to `count` − 1. */
  below(count: number): number;
  /** One of the list. */
  pick<T>(list: readonly T[]): T;
}

/** The draws of one mutation: those of a seed and an index, whatever came before. */
export function randomAt(seed: number, index: number): Random {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, index]))
    .digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  const below = (count: number): number => uniformInt(generator, 0, count - 1);
  return { below, pick: (list) => list[below(list.length)]! };
}
