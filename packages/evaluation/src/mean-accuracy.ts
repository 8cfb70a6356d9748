import { classAccuracy } from './class-accuracy.js';
import type { ConfusionMatrix } from './confusion-matrix.js';

/**
 * Mean of {@link classAccuracy} over the classes that the labels hold (mAcc, balanced accuracy).
 *
 * @returns a value in [0, 1]; NaN when nothing was counted
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 3 }).add([0, 0, 1], [0, 1, 1]);
 * meanAccuracy(confusion); // 0.75
 */
export function meanAccuracy(confusion: ConfusionMatrix): number {
  const present = classAccuracy(confusion).filter((accuracy) => !Number.isNaN(accuracy));
  return present.reduce((sum, accuracy) => sum + accuracy, 0) / present.length;
}
