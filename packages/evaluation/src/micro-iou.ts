import { classCounts } from './class-counts.js';
import type { ConfusionMatrix } from './confusion-matrix.js';

/**
 * IoU of all classes pooled: the sum of their intersections over the sum of their unions (Eq. 3), known as micro average.
 * Large classes dominate it.
 *
 * @returns a value in [0, 1]; NaN when nothing was counted
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 0, 1], [0, 0, 1, 1]);
 * microIou(confusion); // (2 + 1) / (3 + 2) = 0.6
 */
export function microIou(confusion: ConfusionMatrix): number {
  let intersection = 0;
  let union = 0;
  for (const { truePositives, falsePositives, falseNegatives } of classCounts(confusion)) {
    intersection += truePositives;
    union += truePositives + falsePositives + falseNegatives;
  }
  return intersection / union;
}
