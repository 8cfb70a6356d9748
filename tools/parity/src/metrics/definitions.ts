import {
  classDice,
  classFScore,
  classIou,
  classPrecision,
  classRecall,
  classSpecificity,
  cohenKappa,
  ConfusionMatrix,
  frequencyWeightedIou,
  imageMean,
  imageMeanOfClasses,
  ImageCounts,
  imageScores,
  matthewsCorrelation,
  mean,
  meanAccuracy,
  meanDice,
  meanIou,
  meanPrecision,
  microIou,
  pairMean,
  pixelAccuracy,
  pooled,
  weighted,
  type ClassMetric,
  type ClassSelection,
  type Counts,
} from '@lovasz/evaluation';
import type { CaseCounts } from './count-case.js';

const byPresence = {
  union: { classes: 'occurring' },
  label: { classes: 'present' },
  'all, 0/0 = 1': { absent: 'one' },
} as const satisfies Record<string, ClassSelection>;

/** Every value of a data set that a definition may ask for. */
export function datasetValues(confusion: ConfusionMatrix) {
  const { classCounts } = confusion;
  const list = (of: (counts: (typeof classCounts)[number]) => number) => classCounts.map(of);
  const perClass = (metric: ClassMetric) => metric.of(confusion);
  const numbers = Array.from({ length: confusion.numClasses }, (_, id) => id);
  return {
    confusion: confusion.toJSON().counts,
    outside: numbers.map((label) => confusion.missed(label)),
    truePositive: list((c) => c.truePositives),
    falsePositive: list((c) => c.falsePositives),
    falseNegative: list((c) => c.falseNegatives),
    support: list((c) => c.truePositives + c.falseNegatives),
    predicted: list((c) => c.truePositives + c.falsePositives),
    union: list((c) => c.truePositives + c.falsePositives + c.falseNegatives),
    iou: perClass(classIou),
    dice: perClass(classDice),
    recall: perClass(classRecall),
    precision: perClass(classPrecision),
    specificity: perClass(classSpecificity),
    pixelAccuracy: pixelAccuracy.of(confusion),
    kappa: cohenKappa.of(confusion),
    meanAccuracy: meanAccuracy.of(confusion),
    meanPrecision: meanPrecision.of(confusion),
    meanDice: meanDice.of(confusion),
    frequencyWeightedIou: frequencyWeightedIou.of(confusion),
    microIou: microIou.of(confusion),
    meanIou: {
      union: meanIou.of(confusion),
      label: mean(classIou, byPresence.label).of(confusion),
      'all, 0/0 = 0': mean(classIou, { absent: 'zero' }).of(confusion),
      'all, 0/0 = 1': mean(classIou, { absent: 'one' }).of(confusion),
      'all, 0/0 undefined': mean(classIou, { absent: 'undefined' }).of(confusion),
    },
  };
}

/** Every value of images that a definition may ask for. */
export function imageValues(images: ImageCounts) {
  const forEach = <T>(of: (selection: ClassSelection) => T) => ({
    union: of(byPresence.union),
    label: of(byPresence.label),
    'all, 0/0 = 1': of(byPresence['all, 0/0 = 1']),
  });
  return {
    validImages: images.images.map(({ total }) => total > 0),
    iou: images.images.map((image) => classIou.of(image)),
    foregroundIou: images.images.map((image) => classIou.of(image)[1] ?? NaN),
    imageMiou: forEach((selection) => imageScores(mean(classIou, selection)).of(images)),
    meanOverImages: forEach((selection) => imageMean(mean(classIou, selection)).of(images)),
    meanOverPairs: forEach((selection) => pairMean(classIou, selection).of(images)),
    classOverImages: forEach((selection) => imageMeanOfClasses(classIou, selection).of(images)),
    pixelAccuracy: imageScores(pixelAccuracy).of(images),
  };
}

/** `jaccard_score` and its kin of scikit-learn, with labels given: no class is left out, 0/0 is a number. */
export function sklearnScores(confusion: ConfusionMatrix, zeroDivision: number) {
  const metrics = { jaccard: classIou, f1: classDice, precision: classPrecision, recall: classRecall };
  const absent = zeroDivision;
  return Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => [
      name,
      {
        none: metric.of(confusion).map((value) => (Number.isNaN(value) ? absent : value)),
        macro: mean(metric, { absent }).of(confusion),
        macroDefaultLabels: mean(metric, { classes: 'occurring', absent }).of(confusion),
        micro: pooled(metric, { absent }).of(confusion),
        weighted: weighted(metric, { absent }).of(confusion),
      },
    ]),
  );
}

/** Scores of class 1 alone. */
export function binaryScores(counts: Counts) {
  const ofForeground = (metric: ClassMetric) => metric.of(counts)[1]!;
  return {
    jaccard: ofForeground(classIou),
    f1: ofForeground(classDice),
    fbeta2: ofForeground(classFScore(2)),
    precision: ofForeground(classPrecision),
    recall: ofForeground(classRecall),
    specificity: ofForeground(classSpecificity),
    accuracy: pixelAccuracy.of(counts),
    mcc: matthewsCorrelation.of(counts),
  };
}

/** The same counts merged from shards in several orders must be the same bytes; the merged counts. */
export function mergeShards(shards: readonly CaseCounts[]): CaseCounts {
  const orders = [shards, shards.toReversed(), [...shards.slice(1), ...shards.slice(0, 1)]];
  const merged = orders.map((order) =>
    order.reduce((all, part) => ({
      images: all.images.merge(part.images),
      confusion: all.confusion.merge(part.confusion),
    })),
  );
  const [first, ...others] = merged.map((counts) => JSON.stringify(counts));
  if (others.some((bytes) => bytes !== first))
    throw new Error('shards merge to other bytes in another order');
  return merged[0]!;
}
