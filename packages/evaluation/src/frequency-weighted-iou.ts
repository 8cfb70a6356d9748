import { classCounts } from './class-counts.js';
import type { ConfusionMatrix } from './confusion-matrix.js';

/**
 * Mean of the IoU of every class (Eq. 3) weighted by its share of the labelled pixels, known as fwIoU. A class that no
 * label holds has weight 0.
 *
 * @returns a value in [0, 1]; NaN when nothing was counted
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 0, 1], [0, 0, 1, 1]);
 * frequencyWeightedIou(confusion); // (3 · 2/3 + 1 · 1/2) / 4 = 0.625
 */
export function frequencyWeightedIou(confusion: ConfusionMatrix): number {
  let sum = 0;
  for (const { truePositives, falsePositives, falseNegatives } of classCounts(confusion)) {
    const support = truePositives + falseNegatives;
    if (support > 0) sum += (support * truePositives) / (support + falsePositives);
  }
  return sum / confusion.total;
}
