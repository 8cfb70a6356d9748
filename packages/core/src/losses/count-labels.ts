import { checkLabels } from '../checks/check-labels.js';

/**
 * The number of pixels of each class.
 *
 * @param labels class ids or `ignoreIndex`, of any number of pixels.
 * @param accepted the number of classes, and the label of pixels to leave out if there is one.
 * @returns one count per class.
 * @throws RangeError for labels that are neither a class nor `ignoreIndex`.
 * @example
 * countLabels([0, 1, 1, 255], { classCount: 3, ignoreIndex: 255 }); // Float64Array [1, 2, 0]
 */
export function countLabels(
  labels: ArrayLike<number>,
  accepted: { readonly classCount: number; readonly ignoreIndex?: number | undefined },
): Float64Array {
  checkLabels(labels, accepted);
  const counts = new Float64Array(accepted.classCount);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const label = labels[pixel]!;
    if (label !== accepted.ignoreIndex) counts[label] = counts[label]! + 1;
  }
  return counts;
}
