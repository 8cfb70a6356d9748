import type { PixelLabels } from './pixel-labels.js';
import type { PixelLayout } from './pixel-layout.js';

/**
 * The factor of every problem in the mean over classes that count, then over images in which a class counts (Eq. 13).
 * A class counts only where it has a valid pixel.
 *
 * @param classFactors that of each class, as by `classFactors` of the losses.
 * @param classes which classes count; a list is already in their factors.
 * @returns `[groups, classes]`; all 0 if nothing counts.
 */
export function classMeanFactors(
  labels: PixelLabels,
  layout: PixelLayout,
  groups: number,
  classFactors: readonly number[],
  classes: 'present' | 'all' | readonly number[],
): Float64Array {
  const factors = new Float64Array(groups * layout.classCount);
  let countingGroups = 0;
  for (let group = 0; group < groups; group++) {
    const first = group * layout.classCount;
    let sum = 0;
    for (const [id, factor] of classFactors.entries()) {
      const counts =
        classes === 'present' ? labels.foreground[first + id]! > 0 : labels.valid[first + id]! > 0;
      if (!counts) continue;
      factors[first + id] = factor;
      sum += factor;
    }
    if (sum === 0) continue;
    countingGroups += 1;
    for (let id = 0; id < layout.classCount; id++) factors[first + id] = factors[first + id]! / sum;
  }
  return factors.map((factor) => factor / Math.max(1, countingGroups));
}

/**
 * What a pixel of every problem counts in the weighted mean over the pixels of all problems.
 *
 * @param classFactors that of each class.
 * @param counted the number of pixels of each problem that count: all that are valid, or the foreground where each pixel
 *   counts for its class alone.
 * @returns `[groups, classes]`; all 0 if nothing counts.
 */
export function pixelMeanFactors(
  layout: PixelLayout,
  groups: number,
  classFactors: readonly number[],
  counted: Float64Array,
): Float64Array {
  const factors = Float64Array.from({ length: groups * layout.classCount }, (_, q) => {
    return classFactors[q % layout.classCount]!;
  });
  const sum = factors.reduce((total, factor, q) => total + factor * counted[q]!, 0);
  return factors.map((factor) => (sum === 0 ? 0 : factor / sum));
}
