import type { Counts } from '../counting/counts.js';
import type { ImageCounts, ImageRecord } from '../counting/image-counts.js';
import { classIou, type ClassMetric } from './class-metrics.js';
import { mean, scoresOfClasses } from './means.js';
import type { Metric } from './metric.js';
import {
  applyRule,
  checkSelection,
  describeSelection,
  meanOf,
  type AbsentRule,
  type ClassSelection,
} from './select-classes.js';

/** Which images enter, and what becomes of those without a value. */
export interface ImageSelection {
  /** Images without a counted pixel: left out, or given what the metric is there (1 under `absent: 'one'`). Default `'skip'`. */
  readonly emptyImages?: 'skip' | 'count';
  /** An image with counted pixels whose value is NaN; see {@link ClassSelection.absent}. Default `'skip'`. */
  readonly absentImages?: AbsentRule;
}

/**
 * A metric of each image, in the order of their ids; NaN for an image that is left out.
 *
 * @example
 * const counts = new ImageCounts({ numClasses: 2 }).add('a', [0, 1], [0, 1]).add('b', [0, 0], [0, 1]);
 * imageScores(meanIou).of(counts); // [1, 0.25]
 */
export function imageScores(metric: Metric, selection: ImageSelection = {}): Metric<ImageCounts, number[]> {
  return {
    ...metric,
    name: `${metric.name} of each image`,
    level: 'image',
    of: ({ images }) => images.map((image) => scoreOfImage(metric, image, selection) ?? NaN),
  };
}

/**
 * Mean over images of a metric of each. `imageMean(mean(classIou, { absent: 'one' }))` is the paper's image-mIoU.
 *
 * @example
 * const counts = new ImageCounts({ numClasses: 2 }).add('a', [0, 1], [0, 1]).add('b', [0, 0], [0, 1]);
 * imageMean(meanIou).of(counts); // 0.625
 */
export function imageMean(metric: Metric, selection: ImageSelection = {}): Metric<ImageCounts> {
  return {
    ...metric,
    name: `image ${metric.name}`,
    level: 'image',
    of: ({ images }) => meanOf(images.map((image) => scoreOfImage(metric, image, selection))),
  };
}

/** Of each class, the mean over images in which it is selected; NaN for a class that no image holds. */
export function imageMeanOfClasses(
  metric: ClassMetric,
  selection: ClassSelection & ImageSelection = {},
): Metric<ImageCounts, number[]> {
  checkSelection(selection);
  return {
    name: `image ${metric.name}`,
    level: 'image',
    ...describeSelection(selection),
    of: (counts) => scoresByClass(metric, counts, selection).map(meanOf),
  };
}

/** Mean over all pairs of an image and a class that is selected there. */
export function pairMean(
  metric: ClassMetric,
  selection: ClassSelection & ImageSelection = {},
): Metric<ImageCounts> {
  checkSelection(selection);
  return {
    name: `${metric.name} over pairs of image and class`,
    level: 'image',
    ...describeSelection(selection),
    of: (counts) => meanOf(scoresByClass(metric, counts, selection).flat()),
  };
}

/**
 * The values of each class over the images in which it is selected.
 *
 * @returns one list per class
 */
export function scoresByClass(
  metric: ClassMetric,
  { images, numClasses }: ImageCounts,
  selection: ClassSelection & ImageSelection,
): number[][] {
  const scores = Array.from({ length: numClasses }, (): number[] => []);
  for (const image of images) {
    if (isLeftOut(image, selection)) continue;
    for (const [id, value] of scoresOfClasses(metric, image, selection)) {
      if (value !== undefined) scores[id]!.push(value);
    }
  }
  return scores;
}

/**
 * Mean over batches of a metric of the pixels of each: the paper's batch-mIoU with
 * `batchMean(mean(classIou, { classes: 'present' }), batches)`. A batch without a value takes no part.
 *
 * @param batches - of each batch the places of its images, in the order of their ids
 */
export function batchMean(metric: Metric, batches: readonly (readonly number[])[]): Metric<ImageCounts> {
  const { of } = batchScores(metric, batches);
  return {
    ...metric,
    name: `batch ${metric.name}`,
    level: 'batch',
    of: (counts) => meanOf(defined(of(counts))),
  };
}

/** A metric of each batch; NaN where it has no value. */
export function batchScores(
  metric: Metric,
  batches: readonly (readonly number[])[],
): Metric<ImageCounts, number[]> {
  return {
    ...metric,
    name: `${metric.name} of each batch`,
    level: 'batch',
    of: (counts) => batches.map((places) => metric.of(counts.pick(places))),
  };
}

/** The paper's image-mIoU: Eq. 3 with 0/0 = 1 for every image and class. Images that are all void are left out. */
export const imageMiou = imageMean(mean(classIou, { absent: 'one' }));

/** Whether the image takes no part. */
function isLeftOut(image: Counts, { emptyImages = 'skip' }: ImageSelection): boolean {
  return image.total === 0 && emptyImages === 'skip';
}

function scoreOfImage(metric: Metric, image: ImageRecord, selection: ImageSelection): number | undefined {
  if (isLeftOut(image, selection)) return undefined;
  return applyRule(metric.of(image), selection.absentImages ?? 'skip', `${metric.name} of image ${image.id}`);
}

function defined(values: readonly number[]): number[] {
  return values.filter((value) => !Number.isNaN(value));
}
