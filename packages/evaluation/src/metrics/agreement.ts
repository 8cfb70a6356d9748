import type { Counts } from '../counting/counts.js';
import type { Metric } from './metric.js';

const allClasses = { level: 'dataset', classes: 'all', absent: 'NaN' } as const;

/**
 * Share of the counted pixels whose prediction is their label (overall accuracy, aAcc).
 *
 * @example
 * pixelAccuracy.of(new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 0, 1], [0, 0, 1, 1])); // 0.75
 */
export const pixelAccuracy: Metric = {
  name: 'pixel accuracy',
  ...allClasses,
  of: (counts) => hits(counts) / counts.total,
};

/** Cohen's κ: pixel accuracy beyond that of chance, `(p − e) / (1 − e)` with `e = Σ_c labelled_c · predicted_c / total²`. */
export const cohenKappa: Metric = {
  name: "Cohen's kappa",
  ...allClasses,
  of: (counts) => {
    const { classCounts, total } = counts;
    const chance = classCounts.reduce(
      (sum, { truePositives: hit, falsePositives, falseNegatives }) =>
        sum + ((hit + falseNegatives) / total) * ((hit + falsePositives) / total),
      0,
    );
    return (hits(counts) / total - chance) / (1 - chance);
  },
};

/**
 * Matthews correlation of class 1 with the rest: `(TP · TN − FP · FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN))`; 0 when
 * a factor below the root is 0.
 */
export const matthewsCorrelation: Metric = {
  name: 'Matthews correlation',
  level: 'dataset',
  classes: 'class 1',
  absent: 'zero',
  of: ({ classCounts, total }) => {
    const { truePositives: tp, falsePositives: fp, falseNegatives: fn } = classCounts[1]!;
    const tn = total - tp - fp - fn;
    // Roots first: the product of four counts would leave the range of exact integers early.
    const root = Math.sqrt(tp + fp) * Math.sqrt(tp + fn) * Math.sqrt(tn + fp) * Math.sqrt(tn + fn);
    return root === 0 ? 0 : (tp * tn - fp * fn) / root;
  },
};

function hits({ classCounts }: Counts): number {
  return classCounts.reduce((sum, { truePositives }) => sum + truePositives, 0);
}
