import { checkSameLength } from './check-same-length.js';

/**
 * The proximal operator (Def. C.1) of the Jaccard hinge, the Lovász extension of the Jaccard loss at max(m, 0):
 *
 *     argmin_u  Δ̄(max(u, 0)) + (λ/2)·‖u − m‖²   (Eq. C.1)
 *
 * Algorithm C.1 of the paper approaches this point along a greedy path; here it is computed exactly. The objective is
 * an integral over thresholds α, and for each the set {u ≥ α} minimizes Δ(S) + λ·Σ_S (α − mᵢ). Such a set consists of
 * the largest margins of the foreground and the largest of the background, so a minimum over two counts finds it.
 * Pixels are split by such sets until each part has one value. Where nothing is split or tied it is a step of gradient
 * descent of length 1/λ.
 *
 * @param foreground the ground truth: not 0 where the pixel is foreground.
 * @param margins m, one per pixel, of either sign; those below 0 have no error and stay where they are.
 * @param lambda λ > 0: the greater, the shorter the step.
 * @returns the proximal point, in the order of the margins. No margin rises, and none above 0 falls below 0.
 * @throws RangeError when the lengths differ, a margin is not finite, or λ is not a finite number > 0.
 * @example
 * proximalJaccardHinge([1, 1], [2, 1], 1); // Float64Array [1.5, 0.5]
 */
export function proximalJaccardHinge(
  foreground: ArrayLike<number>,
  margins: ArrayLike<number>,
  lambda: number,
): Float64Array {
  checkSameLength('margins', margins, 'foreground', foreground);
  if (!(lambda > 0 && Number.isFinite(lambda))) {
    throw new RangeError(`lambda is ${lambda}; expected a finite number > 0`);
  }
  const inside: number[] = [];
  const outside: number[] = [];
  for (let pixel = 0; pixel < margins.length; pixel++) {
    if (!Number.isFinite(margins[pixel])) {
      throw new RangeError(`margins hold ${margins[pixel]} at pixel ${pixel}; expected a finite number`);
    }
    (foreground[pixel] === 0 ? outside : inside).push(pixel);
  }
  for (const pixels of [inside, outside]) pixels.sort((a, b) => margins[b]! - margins[a]!);
  const insideSums = runningSums(inside.map((pixel) => margins[pixel]!));
  const outsideSums = runningSums(outside.map((pixel) => margins[pixel]!));

  /** The Jaccard loss once that many pixels of the foreground and of the background are wrong. */
  const loss = (missed: number, added: number): number =>
    missed + added === 0 ? 0 : (missed + added) / (inside.length + added);

  const result = new Float64Array(margins.length);
  const parts = [{ missed0: 0, added0: 0, missed1: inside.length, added1: outside.length }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { missed0, added0, missed1, added1 } = part;
    const size = missed1 - missed0 + added1 - added0;
    if (size === 0) continue;
    const base = loss(missed0, added0);
    const sum = (missed: number, added: number): number =>
      insideSums[missed]! - insideSums[missed0]! + outsideSums[added]! - outsideSums[added0]!;
    const level = (sum(missed1, added1) - (loss(missed1, added1) - base) / lambda) / size;

    // The empty set and the whole part have cost 0 at this level. A set of lower cost must lie above it.
    let lowest = 0;
    let split: { missed: number; added: number } | undefined;
    for (let missed = missed0; missed <= missed1; missed++) {
      for (let added = added0; added <= added1; added++) {
        const chosen = missed - missed0 + added - added0;
        if (chosen === 0 || chosen === size) continue;
        const cost = loss(missed, added) - base + lambda * (chosen * level - sum(missed, added));
        if (cost < lowest) {
          lowest = cost;
          split = { missed, added };
        }
      }
    }
    if (split === undefined) {
      for (let k = missed0; k < missed1; k++) result[inside[k]!] = level;
      for (let k = added0; k < added1; k++) result[outside[k]!] = level;
    } else {
      parts.push({ missed0, added0, missed1: split.missed, added1: split.added });
      parts.push({ missed0: split.missed, added0: split.added, missed1, added1 });
    }
  }
  // Below 0 the loss is flat.
  return result.map((level, pixel) => Math.max(level, Math.min(margins[pixel]!, 0)));
}

function runningSums(values: readonly number[]): Float64Array {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, i) => (sums[i + 1] = sums[i]! + value));
  return sums;
}
