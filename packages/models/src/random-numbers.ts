import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of random numbers, each tensor drawn after the one before. */
export interface RandomNumbers {
  /** Normally distributed with mean 0. */
  normal(count: number, standardDeviation: number): Float32Array;
  /** Uniformly distributed in [−bound, bound). */
  uniform(count: number, bound: number): Float32Array;
}

/** The stream of a seed: xoroshiro128+, the same on every machine. */
export function randomNumbers(seed: number): RandomNumbers {
  const generator = xoroshiro128plus(seed);
  return {
    normal: (count, standardDeviation) => {
      const numbers = new Float32Array(count);
      // Box–Muller: two uniform numbers make two normal ones.
      for (let place = 0; place < count; place += 2) {
        const radius = standardDeviation * Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
        const angle = 2 * Math.PI * uniformFloat64(generator);
        numbers[place] = radius * Math.cos(angle);
        if (place + 1 < count) numbers[place + 1] = radius * Math.sin(angle);
      }
      return numbers;
    },
    uniform: (count, bound) =>
      Float32Array.from({ length: count }, () => bound * (2 * uniformFloat64(generator) - 1)),
  };
}
