import { classCounts } from './class-counts.js';
import type { ConfusionMatrix } from './confusion-matrix.js';

/**
 * Share of the counted pixels whose prediction is their label (overall accuracy, aAcc).
 *
 * @returns a value in [0, 1]; NaN when nothing was counted
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 0, 1], [0, 0, 1, 1]);
 * pixelAccuracy(confusion); // 0.75
 */
export function pixelAccuracy(confusion: ConfusionMatrix): number {
  const correct = classCounts(confusion).reduce((sum, { truePositives }) => sum + truePositives, 0);
  return correct / confusion.total;
}
