import type { ImageCounts } from '../../counting/image-counts.js';
import { classDice, classIou, classPrecision, classRecall } from '../class-metrics.js';
import { mean, pooled, weighted } from '../means.js';
import type { Metric } from '../metric.js';
import { imageMeanOfClasses, imageScores, pairMean } from '../over-images.js';
import { countingOf, eachOrNumber, orNumber, type Preset, type PresetOptions } from './preset.js';

/** Options of {@link torchmetrics}. */
export interface TorchmetricsOptions extends PresetOptions {
  /** `zero_division` of the Jaccard index; default 0. */
  readonly zeroDivision?: number;
}

/**
 * `classification` of torchmetrics 1.9: `jaccard`, `f1`, `precision`, `recall` and `accuracy`, each `none`, `macro`, `micro`
 * and `weighted`, by names like `jaccard.macro`. Macro skips classes in neither labels nor predictions. The means of the
 * Jaccard index leave out an ignored label that is a class, the others keep it as 0 where it is predicted. A class that is only
 * predicted counts 0. The library divides in float32.
 *
 * @example
 * evaluatePreset(torchmetrics({ numClasses: 3, ignoreIndex: 255 }), counts)['jaccard.macro'];
 */
export function torchmetrics({
  numClasses,
  ignoreIndex = null,
  zeroDivision = 0,
}: TorchmetricsOptions): Preset {
  const ignoredClass =
    ignoreIndex !== null && ignoreIndex >= 0 && ignoreIndex < numClasses ? [ignoreIndex] : [];
  const rates = { f1: classDice, precision: classPrecision, recall: classRecall, accuracy: classRecall };
  const metrics: Record<string, Metric<ImageCounts, number> | Metric<ImageCounts, number[]>> = {};
  for (const [name, metric] of Object.entries({ jaccard: classIou, ...rates })) {
    const absent = name === 'jaccard' ? zeroDivision : 0;
    const except = name === 'jaccard' ? ignoredClass : [];
    metrics[`${name}.none`] = eachOrNumber(metric, absent);
    metrics[`${name}.macro`] = orNumber(mean(metric, { classes: 'occurring', except, absent }), 0);
    metrics[`${name}.micro`] = pooled(metric, { except, absent });
    metrics[`${name}.weighted`] = orNumber(weighted(metric, { absent }), 0);
  }
  return { name: 'torchmetrics', counting: countingOf({ numClasses, ignoreIndex }), metrics };
}

/**
 * `segmentation` of torchmetrics 1.9, which has no ignored label. `meanIou` is a mean over pairs of an image and a class in
 * its label or prediction; per class, −1 stands for a class that no image holds.
 *
 * @param includeBackground - false leaves class 0 out of means; its pixels stay false positives of others
 */
export function torchmetricsSegmentation({
  numClasses,
  includeBackground = true,
}: {
  readonly numClasses: number;
  readonly includeBackground?: boolean;
}): Preset {
  const except = includeBackground ? [] : [0];
  const occurring = { classes: 'occurring', except } as const;
  const listed = (metric: Metric<ImageCounts, number[]>): Metric<ImageCounts, number[]> => ({
    ...metric,
    of: (counts) => metric.of(counts).filter((_, id) => !except.includes(id)),
  });
  return {
    name: 'torchmetrics segmentation',
    counting: { numClasses },
    metrics: {
      'meanIou.class': pairMean(classIou, occurring),
      'meanIou.classPerClass': listed(eachOrNumber(imageMeanOfClasses(classIou, occurring), -1)),
      'meanIou.function': imageScores(mean(classIou, occurring)),
      'dice.samplewise.micro': imageScores(pooled(classDice, { except })),
      'dice.samplewise.macro': imageScores(mean(classDice, { except })),
      'dice.samplewise.weighted': imageScores(orNumber(weighted(classDice, { except }), 0)),
      'dice.global.micro': pooled(classDice, { except }),
      'dice.global.macro': mean(classDice, { except }),
      'dice.global.weighted': orNumber(weighted(classDice, { except }), 0),
      'dice.global.none': listed(classDice),
      'generalizedDice.square': torchmetricsGeneralizedDice(2, except),
      'generalizedDice.simple': torchmetricsGeneralizedDice(1, except),
      'generalizedDice.linear': torchmetricsGeneralizedDice(0, except),
    },
  };
}

/**
 * Generalized Dice of each image: `Σ_c w_c 2 TP_c / Σ_c w_c (labelled_c + predicted_c)` with `w_c = 1 / labelled_c^power`. The
 * library replaces the weight of a class that the image does not hold by the largest weight of another class of other
 * images of the same call (it reads a transposed table), so the value depends on what is in the batch. This does the same.
 */
export function torchmetricsGeneralizedDice(
  power: 0 | 1 | 2,
  except: readonly number[] = [],
): Metric<ImageCounts, number[]> {
  return {
    name: 'generalized Dice of torchmetrics',
    level: 'image',
    classes: except.length > 0 ? `all, except ${except.join(', ')}` : 'all',
    absent: 'zero',
    of: ({ images }) => {
      const rows = images.map(({ classCounts }) => classCounts.filter((_, id) => !except.includes(id)));
      const finite = rows.map((row) =>
        row.map((c) => {
          const weight = 1 / (c.truePositives + c.falseNegatives) ** power;
          return weight === Infinity ? 0 : weight;
        }),
      );
      const classes = rows[0]?.length ?? 0;
      const largest = Array.from({ length: classes }, (_, id) => Math.max(...finite.map((row) => row[id]!)));
      return rows.map((row, image) => {
        let [above, below] = [0, 0];
        for (const [id, c] of row.entries()) {
          const labelled = c.truePositives + c.falseNegatives;
          const isAbsent = labelled === 0 && power > 0;
          const weight = isAbsent
            ? largest[Math.floor((image * classes + id) / rows.length)]!
            : finite[image]![id]!;
          above += weight * 2 * c.truePositives;
          below += weight * (labelled + c.truePositives + c.falsePositives);
        }
        return below === 0 ? 0 : above / below;
      });
    },
  };
}
