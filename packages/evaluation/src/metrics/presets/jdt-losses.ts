import type { Counts } from '../../counting/counts.js';
import { pixelAccuracy } from '../agreement.js';
import { classDice, classIou, classRecall, type ClassMetric } from '../class-metrics.js';
import { mean } from '../means.js';
import { percent, type Metric } from '../metric.js';
import { selectClasses, type ClassSelection } from '../select-classes.js';
import { worstImages, worstOfClasses, type Worst } from '../worst.js';
import { countingOf, type Preset, type PresetOptions } from './preset.js';
import type { ImageCounts } from '../../counting/image-counts.js';

/** Options of {@link jdtLosses}. */
export interface JdtLossesOptions extends PresetOptions {
  /** The percentage of worst images; default 1. */
  readonly q?: number;
  /**
   * Masks: `Acc`, D and I are of class 1 alone, and an image in which only one class occurs scores 1 in I; C is the mean of
   * both classes, each over the images whose labels or predictions hold it. Default false.
   */
  readonly binary?: boolean;
}

/**
 * The fine-grained scores of Wang et al. (NeurIPS 2023) by the names of JDTLosses, in percent: of `Acc`, `IoU` and `Dice`,
 * over the data set (`D`), over images (`I`), over classes of images (`C`), each of the latter also over the worst q % (`I1`,
 * `C1`) and averaged over q (`IQ`, `CQ`). Classes of an image are those of its label; images without a counted pixel are
 * left out; a class that no image holds is left out of C.
 *
 * @example
 * evaluatePreset(jdtLosses({ numClasses: 19, q: 10 }), counts).mIoUC10;
 */
export function jdtLosses({
  numClasses,
  ignoreIndex = 255,
  q = 1,
  binary = false,
}: JdtLossesOptions): Preset {
  const inData: ClassSelection = { classes: binary ? [1] : 'all', absent: 'undefined' };
  const inImage: ClassSelection = { classes: binary ? 'occurring' : 'present', absent: 'undefined' };
  const metrics: Record<string, Metric<ImageCounts, number>> = {
    Acc: percent(binary ? mean(classRecall, inData) : pixelAccuracy),
  };
  for (const [name, metric] of Object.entries({ Acc: classRecall, IoU: classIou, Dice: classDice })) {
    const ofImage = binary ? oneUnlessBoth(metric) : mean(metric, inImage);
    metrics[`m${name}D`] = percent(mean(metric, inData));
    const cuts: readonly (readonly [string, Worst])[] = [
      ['', 100],
      ['Q', 'averaged'],
      [`${q}`, q],
    ];
    for (const [suffix, worst] of cuts) {
      metrics[`m${name}I${suffix}`] = percent(worstImages(ofImage, worst));
      metrics[`m${name}C${suffix}`] = percent(worstOfClasses(metric, worst, inImage));
    }
  }
  return { name: 'JDTLosses', counting: countingOf({ numClasses, ignoreIndex }), metrics };
}

/** The score of class 1; 1 for an image in which only one of the two classes occurs. */
function oneUnlessBoth(metric: ClassMetric): Metric {
  const ofForeground = mean(metric, { classes: [1], absent: 'undefined' });
  const of = (counts: Counts) =>
    selectClasses(counts, { classes: 'occurring' }).length < 2 ? 1 : ofForeground.of(counts);
  return { ...ofForeground, classes: 'class 1, or 1 where only one class occurs', of };
}
