/**
 * The weight of each foreground pixel of a tie: the mean of the tie's two extreme orders, foreground first and
 * background first. One pixel alone is a tie of one, and has the weight of Eq. (9).
 *
 * Counts are integers held in float64, so that nothing cancels or overflows.
 *
 * @param above U₀, the union above the tie: foreground in all and background above.
 * @param below U₁, the union with the background of the tie.
 */
export function foregroundTieWeight(above: number, below: number): number {
  return (1 / above + 1 / below) / 2;
}

/**
 * The weight of each background pixel of a tie, of the same mean. With b background and f foreground pixels, b times
 * this and f times {@link foregroundTieWeight} add up to the tie's drop of the Jaccard index, I₀/U₀ − I₁/U₁.
 *
 * @param intersections I₀ + I₁: the foreground pixels not above the tie, and those below it.
 */
export function backgroundTieWeight(intersections: number, above: number, below: number): number {
  return intersections / (2 * above * below);
}
