import type { PanopticCounts } from '../counting/panoptic-counts.js';
import type { Metric } from './metric.js';
import { meanOf } from './select-classes.js';

type Parts = Readonly<{ iou: number; found: number; falsePositives: number; falseNegatives: number }>;

/** Panoptic quality of each class: `Σ IoU / (TP + FP/2 + FN/2)` over matched segments; NaN for a class without segments. */
export const classPanopticQuality = ofClasses(
  'panoptic quality',
  ({ iou, found, falsePositives, falseNegatives }) => iou / (found + falsePositives / 2 + falseNegatives / 2),
);
/** Segmentation quality of each class: the mean IoU of matched segments. */
export const classSegmentationQuality = ofClasses('segmentation quality', ({ iou, found }) => iou / found);
/** Recognition quality of each class: the F₁ score of segments. */
export const classRecognitionQuality = ofClasses(
  'recognition quality',
  ({ found, falsePositives, falseNegatives }) => found / (found + falsePositives / 2 + falseNegatives / 2),
);

/**
 * Mean of {@link classPanopticQuality} over the classes with segments.
 *
 * @example
 * const counts = new PanopticCounts({ numClasses: 1 });
 * const labels = { classes: [0, 0, 0, 0], instances: [1, 1, 1, 2] };
 * const predictions = { classes: [0, 0, 0, 0], instances: [1, 1, 3, 2] };
 * panopticQuality.of(counts.add(labels, predictions)); // (2/3 + 1) / (2 + 1/2)
 */
export const panopticQuality = meanOver(classPanopticQuality);
/** Mean of {@link classSegmentationQuality} over the classes with matches. */
export const segmentationQuality = meanOver(classSegmentationQuality);
/** Mean of {@link classRecognitionQuality} over the classes with segments. */
export const recognitionQuality = meanOver(classRecognitionQuality);

function ofClasses(name: string, score: (parts: Parts) => number): Metric<PanopticCounts, number[]> {
  return {
    name,
    level: 'dataset',
    classes: 'all',
    absent: 'NaN',
    of: ({ numClasses, matches, falsePositives, falseNegatives }) => {
      const sums = Array.from({ length: numClasses }, () => ({ iou: 0, found: 0 }));
      for (const { tuple, times } of matches.entries()) {
        const [id, intersection, union] = tuple as [number, number, number];
        sums[id]!.iou += (times * intersection) / union;
        sums[id]!.found += times;
      }
      return sums.map((sum, id) =>
        score({ ...sum, falsePositives: falsePositives[id]!, falseNegatives: falseNegatives[id]! }),
      );
    },
  };
}

function meanOver(metric: Metric<PanopticCounts, number[]>): Metric<PanopticCounts> {
  return {
    ...metric,
    name: `mean ${metric.name}`,
    absent: 'skip',
    of: (counts) => meanOf(metric.of(counts).filter((value) => !Number.isNaN(value))),
  };
}
