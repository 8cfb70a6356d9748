/** 2⁻ᵏ for all k at which it is not 0. */
const powers = Float64Array.from({ length: 1076 }, (_, k) => 2 ** -k);

/**
 * eˣ for x ≤ 0, to 1e-11 of itself where that is a normal number. Unlike `Math.exp` it is the same on every machine.
 *
 * With x = f − k·ln 2 and |f| ≤ ln 2 / 2 it is 2⁻ᵏ times the Taylor polynomial of eᶠ.
 */
export function exponentialOfNonPositive(x: number): number {
  // All of −746 and below is 0 in float64.
  const bounded = x < -745 ? -745 : x;
  const k = (0.5 - bounded * Math.LOG2E) | 0;
  const f = bounded + k * Math.LN2;
  const tail = 1 / 720 + f * (1 / 5040 + f * (1 / 40320 + f * (1 / 362880)));
  return powers[k]! * (1 + f * (1 + f * (1 / 2 + f * (1 / 6 + f * (1 / 24 + f * (1 / 120 + f * tail))))));
}
