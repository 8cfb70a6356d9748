import { classCounts } from './class-counts.js';
import type { ConfusionMatrix } from './confusion-matrix.js';

/**
 * Accuracy of every class: the share of the pixels with that label that are predicted so (recall).
 *
 * @returns one value in [0, 1] per class; NaN (`null` in JSON) for a class that no label holds
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 3 }).add([0, 0, 1], [0, 1, 1]);
 * classAccuracy(confusion); // [0.5, 1, NaN]
 */
export function classAccuracy(confusion: ConfusionMatrix): number[] {
  return classCounts(confusion).map(
    ({ truePositives, falseNegatives }) => truePositives / (truePositives + falseNegatives),
  );
}
