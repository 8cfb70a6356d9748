import { classIou, classRecall } from '../class-metrics.js';
import { mean, pooled } from '../means.js';
import { countingOf, eachOrNumber, type Preset, type PresetOptions } from './preset.js';

/**
 * `mean_iou` of Hugging Face evaluate. Like mmsegmentation, but in float64, and `nanToNum` fills the lists only: the means
 * are taken before.
 *
 * Labels made with `reduce_labels` go through {@link reduceZeroLabel} first.
 *
 * @example
 * huggingFaceEvaluate({ numClasses: 150, ignoreIndex: 255 }).metrics.mean_iou;
 */
export function huggingFaceEvaluate({
  numClasses,
  ignoreIndex = 255,
  nanToNum,
}: PresetOptions & { readonly nanToNum?: number }): Preset {
  const filled = (metric: typeof classIou) =>
    nanToNum === undefined ? metric : eachOrNumber(metric, nanToNum);
  return {
    name: 'Hugging Face evaluate',
    counting: countingOf(
      { numClasses, ignoreIndex },
      { unknownLabel: 'false-positive', unknownPrediction: 'miss' },
    ),
    metrics: {
      mean_iou: mean(classIou),
      mean_accuracy: mean(classRecall),
      overall_accuracy: pooled(classRecall),
      per_category_iou: filled(classIou),
      per_category_accuracy: filled(classRecall),
    },
  };
}

/**
 * Labels whose 0 is void, as in ADE20K, with void at 255 and classes from 0: 0 becomes 255, i becomes i − 1, 255 stays.
 *
 * @example
 * reduceZeroLabel(Uint8Array.of(0, 1, 150, 255)); // 255, 0, 149, 255
 */
export function reduceZeroLabel(labels: ArrayLike<number>): Int32Array {
  return Int32Array.from(labels, (label) => (label === 0 || label === 255 ? 255 : label - 1));
}
