import type { Counts } from '../counting/counts.js';
import {
  classDice,
  classIou,
  classPrecision,
  classRecall,
  classSpecificity,
  type ClassMetric,
} from './class-metrics.js';
import type { Metric } from './metric.js';
import {
  applyRule,
  checkSelection,
  describeSelection,
  meanOf,
  selectClasses,
  type ClassSelection,
} from './select-classes.js';

/**
 * Mean over classes (macro average). Libraries differ in which classes enter and in what 0/0 is; say which. The mean of
 * no class at all is NaN.
 *
 * @throws RangeError when an option is unknown, or names a class twice or one that does not exist.
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 3 }).add([0, 0, 1], [0, 1, 1]);
 * mean(classIou).of(confusion); // 0.5
 * mean(classIou, { absent: 'one' }).of(confusion); // 0.6666666666666666
 */
export function mean(metric: ClassMetric, selection: ClassSelection = {}): Metric {
  checkSelection(selection);
  return {
    name: `mean ${metric.name}`,
    level: 'dataset',
    ...describeSelection(selection),
    of: (counts) => meanOf(scoresOfClasses(metric, counts, selection).map(([, value]) => value)),
  };
}

/** The selected classes, each with what it counts as; undefined where it is left out. */
export function scoresOfClasses(
  metric: ClassMetric,
  counts: Counts,
  selection: ClassSelection,
): (readonly [number, number | undefined])[] {
  const { absent = 'skip' } = selection;
  const { classCounts, total } = counts;
  return selectClasses(counts, selection).map((id) => {
    const [numerator, denominator] = metric.ratio(classCounts[id]!, total);
    return [id, applyRule(numerator / denominator, absent, `${metric.name} of class ${id}`)];
  });
}

/**
 * One ratio of all classes pooled: the sum of their numerators over that of their denominators (micro average). Large
 * classes dominate it.
 *
 * @throws RangeError as {@link mean}.
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 0, 1], [0, 0, 1, 1]);
 * pooled(classIou).of(confusion); // (2 + 1) / (3 + 2) = 0.6
 */
export function pooled(metric: ClassMetric, selection: ClassSelection = {}): Metric {
  checkSelection(selection);
  const { absent = 'skip' } = selection;
  return {
    name: `pooled ${metric.name}`,
    level: 'dataset',
    ...describeSelection(selection),
    of: (counts) => {
      let [above, below] = [0, 0];
      for (const id of selectClasses(counts, selection)) {
        const [numerator, denominator] = metric.ratio(counts.classCounts[id]!, counts.total);
        above += numerator;
        below += denominator;
      }
      return applyRule(above / below, absent, `pooled ${metric.name}`) ?? NaN;
    },
  };
}

/** Options of {@link weighted}. */
export interface WeightedOptions extends ClassSelection {
  /** One weight per class; default: the share of the labelled pixels. They need not sum to 1. */
  readonly weights?: readonly number[];
}

/**
 * Mean over classes weighted by their share of the labelled pixels, or by other weights. A class of weight 0 takes no
 * part, whatever its value.
 *
 * @throws RangeError as {@link mean}, or when there are not as many weights as classes or one is negative.
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 2 }).add([0, 0, 0, 1], [0, 0, 1, 1]);
 * weighted(classIou).of(confusion); // (3 · 2/3 + 1 · 1/2) / 4 = 0.625
 */
export function weighted(metric: ClassMetric, options: WeightedOptions = {}): Metric {
  checkSelection(options);
  const { weights } = options;
  const wrong = weights?.find((weight) => !(weight >= 0 && weight < Infinity));
  if (wrong !== undefined) throw new RangeError(`weights holds ${wrong}; expected numbers of at least 0`);
  return {
    name: `weighted ${metric.name}`,
    level: 'dataset',
    ...describeSelection(options),
    of: (counts) => {
      const { numClasses, classCounts } = counts;
      if (weights !== undefined && weights.length !== numClasses) {
        throw new RangeError(
          `weights has ${weights.length} entries; expected one for each of ${numClasses} classes`,
        );
      }
      let [sum, norm] = [0, 0];
      for (const [id, value] of scoresOfClasses(metric, counts, options)) {
        const { truePositives, falseNegatives } = classCounts[id]!;
        const weight = weights?.[id] ?? truePositives + falseNegatives;
        if (weight === 0 || value === undefined) continue;
        sum += weight * value;
        norm += weight;
      }
      return sum / norm;
    },
  };
}

/** Mean of {@link classIou} over the classes in labels or predictions: the mIoU of Cityscapes and mmsegmentation. */
export const meanIou = mean(classIou);
/** Mean of {@link classDice}. */
export const meanDice = mean(classDice);
/** Mean of {@link classPrecision}. */
export const meanPrecision = mean(classPrecision);
/** Mean of {@link classSpecificity}. */
export const meanSpecificity = mean(classSpecificity);
/** Mean of {@link classRecall} over the classes that the labels hold (mAcc, balanced accuracy). */
export const meanAccuracy: Metric = { ...mean(classRecall), name: 'mean accuracy' };
/** IoU of all classes pooled. */
export const microIou = pooled(classIou);
/** Mean of {@link classIou} weighted by the labelled pixels (fwIoU). */
export const frequencyWeightedIou: Metric = { ...weighted(classIou), name: 'frequency-weighted IoU' };
