import type { ClassCounts, Counts } from '../counting/counts.js';
import type { Metric } from './metric.js';

/** A ratio of pixel counts, one per class. */
export interface ClassMetric extends Metric<Counts, number[]> {
  /** Numerator and denominator for a class. */
  readonly ratio: (counts: ClassCounts, total: number) => readonly [number, number];
}

/**
 * A metric of each class from its ratio; 0/0 is NaN, `null` in JSON. {@link mean}, {@link pooled} and {@link weighted}
 * make one number of it.
 *
 * @example
 * const missRate = classMetric('miss rate', (c) => [c.falseNegatives, c.truePositives + c.falseNegatives]);
 * missRate.of(new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 1], [0, 1, 1])); // [0.5, 0]
 */
export function classMetric(name: string, ratio: ClassMetric['ratio']): ClassMetric {
  const of = ({ classCounts, total }: Counts) =>
    classCounts.map((counts) => {
      const [numerator, denominator] = ratio(counts, total);
      return numerator / denominator;
    });
  return { name, level: 'dataset', classes: 'all', absent: 'NaN', of, ratio };
}

/**
 * Jaccard index (IoU) of every class (Eq. 3): `TP / (TP + FP + FN)`.
 *
 * @example
 * classIou.of(new ConfusionMatrix({ numClasses: 3 }).add([0, 0, 1], [0, 1, 1])); // [0.5, 0.5, NaN]
 */
export const classIou = classMetric('IoU', (c) => [
  c.truePositives,
  c.truePositives + c.falsePositives + c.falseNegatives,
]);

/** Dice coefficient, the F₁ score: `2 TP / (2 TP + FP + FN)`. */
export const classDice = classMetric('Dice', (c) => [
  2 * c.truePositives,
  2 * c.truePositives + c.falsePositives + c.falseNegatives,
]);

/** Precision: `TP / (TP + FP)`. */
export const classPrecision = classMetric('precision', (c) => [
  c.truePositives,
  c.truePositives + c.falsePositives,
]);

/** Recall, known as class accuracy: `TP / (TP + FN)`. */
export const classRecall = classMetric('recall', (c) => [
  c.truePositives,
  c.truePositives + c.falseNegatives,
]);

/** Specificity: `TN / (TN + FP)`. */
export const classSpecificity = classMetric('specificity', (c, total) => {
  const negatives = total - c.truePositives - c.falseNegatives;
  return [negatives - c.falsePositives, negatives];
});

/** Accuracy of one class against the rest: `(TP + TN) / (TP + FP + FN + TN)`. High for rare classes whatever is predicted. */
export const classAgainstRest = classMetric('accuracy against the rest', (c, total) => [
  total - c.falsePositives - c.falseNegatives,
  total,
]);

/**
 * F score: `(1 + β²) TP / ((1 + β²) TP + β² FN + FP)`.
 *
 * @throws RangeError when β is no positive number.
 */
export function classFScore(beta: number): ClassMetric {
  if (!(beta > 0 && beta < Infinity)) throw new RangeError(`beta is ${beta}; expected a number above 0`);
  const square = beta * beta;
  return classMetric(`F${beta}`, (c) => {
    const hits = (1 + square) * c.truePositives;
    return [hits, hits + square * c.falseNegatives + c.falsePositives];
  });
}
