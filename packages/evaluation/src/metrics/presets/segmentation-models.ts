import type { ImageCounts } from '../../counting/image-counts.js';
import {
  classAgainstRest,
  classDice,
  classIou,
  classPrecision,
  classRecall,
  classSpecificity,
  type ClassMetric,
} from '../class-metrics.js';
import { mean, pooled, weighted } from '../means.js';
import type { Metric } from '../metric.js';
import { imageMean } from '../over-images.js';
import { countingOf, type Preset, type PresetOptions } from './preset.js';

/** Options of {@link segmentationModels}. */
export interface SegmentationModelsOptions extends PresetOptions {
  /** What 0/0 is, but for `micro`, where it stays NaN; default 1. */
  readonly zeroDivision?: number;
  /** One weight per class for the weighted reductions; default: all the same. */
  readonly classWeights?: readonly number[];
}

/**
 * `metrics` of segmentation_models_pytorch 0.6: `iou`, `f1`, `accuracy`, `precision`, `recall` and `specificity`, each with
 * its six reductions, by names like `iou.macro-imagewise`. Accuracy counts true negatives; an all-void image counts
 * `zeroDivision` in image-wise reductions; `weighted-imagewise` divides by the number of classes once too often, as the
 * library does.
 *
 * @example
 * evaluatePreset(segmentationModels({ numClasses: 3, ignoreIndex: 255 }), counts)['iou.micro-imagewise'];
 */
export function segmentationModels({
  numClasses,
  ignoreIndex = null,
  zeroDivision = 1,
  classWeights = new Array<number>(numClasses).fill(1),
}: SegmentationModelsOptions): Preset {
  const scores = {
    iou: classIou,
    f1: classDice,
    accuracy: classAgainstRest,
    precision: classPrecision,
    recall: classRecall,
    specificity: classSpecificity,
  };
  const metrics: Record<string, Metric<ImageCounts, number>> = {};
  for (const [name, metric] of Object.entries(scores)) {
    for (const [reduction, reduced] of Object.entries(reductions(metric, zeroDivision, classWeights))) {
      metrics[`${name}.${reduction}`] = reduced;
    }
  }
  return { name: 'segmentation_models_pytorch', counting: countingOf({ numClasses, ignoreIndex }), metrics };
}

function reductions(
  metric: ClassMetric,
  absent: number,
  weights: readonly number[],
): Record<string, Metric<ImageCounts, number>> {
  const byWeight = weighted(metric, { absent, weights });
  const byWeightOfImage = imageMean(byWeight, { emptyImages: 'count' });
  return {
    micro: pooled(metric),
    macro: mean(metric, { absent }),
    'micro-imagewise': imageMean(pooled(metric, { absent }), { emptyImages: 'count' }),
    'macro-imagewise': imageMean(mean(metric, { absent }), { emptyImages: 'count' }),
    weighted: byWeight,
    'weighted-imagewise': {
      ...byWeightOfImage,
      of: (counts) => byWeightOfImage.of(counts) / counts.numClasses,
    },
  };
}
