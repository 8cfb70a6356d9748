import { classDice, classIou, classMetric, classPrecision, classRecall } from '../class-metrics.js';
import { mean, pooled } from '../means.js';
import { countingOf, eachOrNumber, orNumber, type Preset, type PresetOptions } from './preset.js';

/** Its F score is computed from precision and recall: without a hit it is 0/0, where Dice is 0. */
const fScore = classMetric('F score', ({ truePositives: hits, falsePositives, falseNegatives }) => [
  2 * hits,
  hits === 0 ? 0 : 2 * hits + falsePositives + falseNegatives,
]);

/**
 * `IoUMetric` of mmsegmentation 1.2.2, as fractions, before it multiplies by 100 and rounds to two decimals. A prediction
 * that is no class is a miss of its label; a label that is neither a class nor ignored makes its prediction a false
 * positive. 0/0 is left out of means, or what `nanToNum` says, in the means too. The library counts and divides in float32;
 * this is exact.
 *
 * @example
 * const preset = mmsegmentation({ numClasses: 19 });
 * const counts = new ImageCounts(preset.counting);
 */
export function mmsegmentation({
  numClasses,
  ignoreIndex = 255,
  nanToNum,
}: PresetOptions & { readonly nanToNum?: number }): Preset {
  const perClass = {
    IoU: classIou,
    Acc: classRecall,
    Dice: classDice,
    Fscore: fScore,
    Precision: classPrecision,
    Recall: classRecall,
  };
  const selection = { absent: nanToNum ?? ('skip' as const) };
  const accuracy = pooled(classRecall);
  return {
    name: 'mmsegmentation',
    counting: countingOf(
      { numClasses, ignoreIndex },
      { unknownLabel: 'false-positive', unknownPrediction: 'miss' },
    ),
    metrics: {
      aAcc: nanToNum === undefined ? accuracy : orNumber(accuracy, nanToNum),
      ...Object.fromEntries(
        Object.entries(perClass).map(([name, metric]) => [
          name,
          nanToNum === undefined ? metric : eachOrNumber(metric, nanToNum),
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(perClass).map(([name, metric]) => [`m${name}`, mean(metric, selection)]),
      ),
    },
  };
}
