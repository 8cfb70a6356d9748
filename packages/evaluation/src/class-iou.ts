import { classCounts } from './class-counts.js';
import type { ConfusionMatrix } from './confusion-matrix.js';

/**
 * Jaccard index (IoU) of every class over all counted pixels (Eq. 3):
 * `J_c = |{label = c} ∩ {prediction = c}| / |{label = c} ∪ {prediction = c}|`.
 *
 * @returns one value in [0, 1] per class; NaN (`null` in JSON) for a class that neither labels nor predictions hold, where
 *   Eq. 3 is 0/0. {@link meanIou} has the conventions for such a class.
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 3 }).add([0, 0, 1], [0, 1, 1]);
 * classIou(confusion); // [0.5, 0.5, NaN]
 */
export function classIou(confusion: ConfusionMatrix): number[] {
  return classCounts(confusion).map(
    ({ truePositives, falsePositives, falseNegatives }) =>
      truePositives / (truePositives + falsePositives + falseNegatives),
  );
}
