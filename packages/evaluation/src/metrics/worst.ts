import type { ImageCounts } from '../counting/image-counts.js';
import type { ClassMetric } from './class-metrics.js';
import type { Metric } from './metric.js';
import { imageScores, scoresByClass, type ImageSelection } from './over-images.js';
import { checkSelection, describeSelection, meanOf, type ClassSelection } from './select-classes.js';

/** The percentages over which `'averaged'` takes the mean. */
const tenths = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

/** A percentage of the images, or the mean over 10, 20, … 100 %. */
export type Worst = number | 'averaged';

/**
 * Mean of the lowest `max(1, ⌊q n / 100⌋)` of n values (Wang et al., Revisiting Evaluation Metrics for Semantic
 * Segmentation, NeurIPS 2023). NaN comes last, and makes NaN the means that reach it.
 *
 * @throws RangeError when q is not in (0, 100].
 * @example
 * meanOfWorst([0.9, 0.1, 0.5, 0.3], 50); // 0.2
 */
export function meanOfWorst(values: readonly number[], q: Worst): number {
  if (q === 'averaged') return meanOf(tenths.map((tenth) => meanOfWorst(values, tenth)));
  if (!(q > 0 && q <= 100)) throw new RangeError(`q is ${q}; expected above 0 and at most 100`);
  const ordered = [...values].sort((a, b) => (Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b));
  return meanOf(ordered.slice(0, Math.max(1, Math.floor((q * values.length) / 100))));
}

/**
 * Mean over the worst images of a metric of each: I with worst q of the fine-grained mIoU.
 *
 * @example
 * worstImages(mean(classIou, { classes: 'present' }), 10); // of a tenth of the images
 */
export function worstImages(metric: Metric, q: Worst, selection: ImageSelection = {}): Metric<ImageCounts> {
  const all = imageScores(metric, { absentImages: 'undefined', ...selection });
  return {
    ...metric,
    name: `image ${metric.name}, worst ${nameOf(q)}`,
    level: 'image',
    of: (counts) => {
      const { emptyImages = 'skip' } = selection;
      const scores = all
        .of(counts)
        .filter((_, place) => emptyImages === 'count' || counts.images[place]!.total > 0);
      return scores.length === 0 ? NaN : meanOfWorst(scores, q);
    },
  };
}

/**
 * Mean over classes of the mean over the worst images of each: C with worst q of the fine-grained mIoU. A class that no
 * image holds takes no part.
 */
export function worstOfClasses(
  metric: ClassMetric,
  q: Worst,
  selection: ClassSelection & ImageSelection = {},
): Metric<ImageCounts> {
  checkSelection(selection);
  return {
    name: `class-wise ${metric.name}, worst ${nameOf(q)}`,
    level: 'image',
    ...describeSelection(selection),
    of: (counts) =>
      meanOf(
        scoresByClass(metric, counts, selection)
          .filter((scores) => scores.length > 0)
          .map((scores) => meanOfWorst(scores, q)),
      ),
  };
}

function nameOf(q: Worst): string {
  return q === 'averaged' ? 'averaged over q' : `${q} %`;
}
