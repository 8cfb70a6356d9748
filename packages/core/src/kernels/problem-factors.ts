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
  const factors = new Float64Array(groups * layout.classes);
  let countingGroups = 0;
  for (let group = 0; group < groups; group++) {
    const first = group * layout.classes;
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
    for (let id = 0; id < layout.classes; id++) factors[first + id] = factors[first + id]! / sum;
  }
  return factors.map((factor) => factor / Math.max(1, countingGroups));
}

/** What a pixel of each label counts in the weighted mean over all valid pixels and labels of the batch. */
export function labelPixelFactors(labels: PixelLabels, labelFactors: readonly number[]): readonly number[] {
  const sum = labelFactors.reduce((total, factor, id) => total + factor * labels.valid[id]!, 0);
  return labelFactors.map((factor) => (sum === 0 ? 0 : factor / sum));
}

/** What a pixel of each class counts in the weighted mean over all pixels. */
export function pixelMeanFactors(
  labels: PixelLabels,
  layout: PixelLayout,
  groups: number,
  classFactors: readonly number[],
): readonly number[] {
  let sum = 0;
  for (let q = 0; q < groups * layout.classes; q++) {
    sum += classFactors[q % layout.classes]! * labels.foreground[q]!;
  }
  return classFactors.map((factor) => (sum === 0 ? 0 : factor / sum));
}
