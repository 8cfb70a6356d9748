import type { ConfusionMatrix } from './confusion-matrix.js';

/** What a class scored, in pixels. */
export interface ClassCounts {
  /** Pixels labelled and predicted as the class. */
  readonly truePositives: number;
  /** Pixels predicted as the class and labelled otherwise. */
  readonly falsePositives: number;
  /** Pixels labelled as the class and predicted otherwise. */
  readonly falseNegatives: number;
}

/**
 * True positives, false positives and false negatives of every class: the diagonal, and what else its column and its
 * row hold. Label pixels (support) are `truePositives + falseNegatives`, predicted pixels
 * `truePositives + falsePositives`, and the union of Eq. 3 is the sum of all three.
 *
 * @returns one entry per class, exact integers
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 1], [0, 1, 1]);
 * classCounts(confusion)[1]; // { truePositives: 1, falsePositives: 1, falseNegatives: 0 }
 */
export function classCounts(confusion: ConfusionMatrix): ClassCounts[] {
  const classes = Array.from({ length: confusion.numClasses }, (_, index) => index);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return classes.map((index) => {
    const truePositives = confusion.count(index, index);
    return {
      truePositives,
      falsePositives: sum(classes.map((label) => confusion.count(label, index))) - truePositives,
      falseNegatives: sum(classes.map((prediction) => confusion.count(index, prediction))) - truePositives,
    };
  });
}
