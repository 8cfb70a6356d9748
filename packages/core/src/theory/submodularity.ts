import type { SetFunction } from './set-function.js';

/** Two sets that violate Eq. (7), as indicator vectors. */
export interface SubmodularityCounterexample {
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Δ(A ∪ B) + Δ(A ∩ B) − Δ(A) − Δ(B), which submodularity wants to be ≤ 0. */
  readonly excess: number;
}

const mostPixels = 20;

/**
 * Looks for two sets that violate submodularity, Δ(A) + Δ(B) ≥ Δ(A ∪ B) + Δ(A ∩ B) (Def. 1, Eq. 7).
 *
 * Exhaustive: if the inequality holds for all pairs that differ from their intersection by one pixel each, it holds for
 * all pairs. That takes 2ᵖ evaluations and 2ᵖ·p² comparisons.
 *
 * @param setFunction Δ.
 * @param pixels the number of pixels p, at most 20.
 * @param tolerance how much of an excess is taken for a rounding error; default 1e-12.
 * @returns the pair with the greatest excess, or undefined when Δ is submodular.
 * @throws RangeError when `pixels` is not an integer in 0…20 or the tolerance is not a number ≥ 0.
 * @example
 * findSubmodularityCounterexample(diceLoss([1, 1]), 2); // a [1, 0], b [0, 1], excess 1/3
 */
export function findSubmodularityCounterexample(
  setFunction: SetFunction,
  pixels: number,
  tolerance = 1e-12,
): SubmodularityCounterexample | undefined {
  if (!Number.isInteger(pixels) || pixels < 0 || pixels > mostPixels) {
    throw new RangeError(`pixels is ${pixels}; expected an integer in 0…${mostPixels}`);
  }
  if (!(tolerance >= 0)) throw new RangeError(`tolerance is ${tolerance}; expected a number ≥ 0`);

  const indicator = (set: number) => Array.from({ length: pixels }, (_, pixel) => (set >> pixel) & 1);
  const values = Float64Array.from({ length: 2 ** pixels }, (_, set) => setFunction(indicator(set)));
  let worst: SubmodularityCounterexample | undefined;
  for (let set = 0; set < values.length; set++) {
    for (let i = 1; i < values.length; i <<= 1) {
      if (set & i) continue;
      for (let j = i << 1; j < values.length; j <<= 1) {
        if (set & j) continue;
        const excess = values[set | i | j]! + values[set]! - values[set | i]! - values[set | j]!;
        if (excess > (worst?.excess ?? tolerance)) {
          worst = { a: indicator(set | i), b: indicator(set | j), excess };
        }
      }
    }
  }
  return worst;
}

/**
 * Whether a set function is submodular (Def. 1); see {@link findSubmodularityCounterexample}.
 *
 * @example
 * isSubmodular(jaccardLoss([1, 0, 1]), 3); // true
 * isSubmodular(diceLoss([1, 0, 1]), 3); // false
 */
export function isSubmodular(setFunction: SetFunction, pixels: number, tolerance?: number): boolean {
  return findSubmodularityCounterexample(setFunction, pixels, tolerance) === undefined;
}
