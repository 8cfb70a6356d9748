import type { CityscapesCounts } from '../counting/cityscapes-counts.js';
import type { Metric } from './metric.js';
import { meanOf } from './select-classes.js';

/** True positives, false positives and false negatives of a label or a category. */
interface Parts {
  readonly hits: number;
  readonly falsePositives: number;
  readonly misses: number;
}

/** A score per label or category, with its mean over those that are not NaN. */
function scores(
  name: string,
  classes: string,
  of: (counts: CityscapesCounts) => number[],
): Metric<CityscapesCounts, number[]> {
  return { name, level: 'dataset', classes, absent: 'NaN', of };
}

function meanOver(metric: Metric<CityscapesCounts, number[]>): Metric<CityscapesCounts> {
  return {
    ...metric,
    name: `mean ${metric.name}`,
    absent: 'skip',
    of: (counts) => meanOf(metric.of(counts).filter((value) => !Number.isNaN(value))),
  };
}

const iou = ({ hits, falsePositives, misses }: Parts) => hits / (hits + falsePositives + misses);

/**
 * The categories in the order of their first label.
 *
 * @example
 * categoriesOf(new CityscapesCounts()); // ['void', 'flat', 'construction', 'object', 'nature', 'sky', 'human', 'vehicle']
 */
export function categoriesOf({ labels }: Pick<CityscapesCounts, 'labels'>): string[] {
  return [...new Set(labels.map(({ category }) => category))];
}

/** IoU of each label; NaN for ignored ones. Predicting an ignored id is a miss; pixels with an ignored label do not count. */
export const cityscapesIou = scores('Cityscapes class IoU', 'labels that are not ignored', (counts) =>
  counts.labels.map((_, id) => iou(classParts(counts, id))),
);

/**
 * iIoU of each label with instances: hits and misses of each instance are weighted by the average size of the label over
 * its own. False positives are not weighted; groups are in neither sum.
 */
export const cityscapesInstanceIou = scores('Cityscapes class iIoU', 'labels with instances', (counts) =>
  counts.labels.map(({ averageSize, isIgnored }, id) => {
    if (isIgnored || averageSize === undefined) return NaN;
    const { falsePositives } = classParts(counts, id);
    return iou({ ...instanceParts(counts, (label) => label === id, 2), falsePositives });
  }),
);

/** IoU of each category over its labels that are not ignored: confusion inside of it is a hit. */
export const cityscapesCategoryIou = scores('Cityscapes category IoU', 'categories', (counts) =>
  categoriesOf(counts).map((category) => iou(categoryParts(counts, category, false))),
);

/** iIoU of each category all of whose labels have instances; predicting an ignored label of it is a hit too. */
export const cityscapesCategoryInstanceIou = scores(
  'Cityscapes category iIoU',
  'categories with instances',
  (counts) =>
    categoriesOf(counts).map((category) => {
      const { labels } = counts;
      if (labels.some((label) => label.category === category && label.averageSize === undefined)) return NaN;
      const { falsePositives } = categoryParts(counts, category, true);
      return iou({ ...instanceParts(counts, (id) => labels[id]!.category === category, 3), falsePositives });
    }),
);

/** Mean of {@link cityscapesIou}: what is published as mIoU on Cityscapes. */
export const meanCityscapesIou = meanOver(cityscapesIou);
/** Mean of {@link cityscapesInstanceIou}. */
export const meanCityscapesInstanceIou = meanOver(cityscapesInstanceIou);
/** Mean of {@link cityscapesCategoryIou}. */
export const meanCityscapesCategoryIou = meanOver(cityscapesCategoryIou);
/** Mean of {@link cityscapesCategoryInstanceIou}. */
export const meanCityscapesCategoryInstanceIou = meanOver(cityscapesCategoryInstanceIou);

function classParts({ labels, confusion }: CityscapesCounts, id: number): Parts {
  if (labels[id]!.isIgnored) return { hits: 0, falsePositives: 0, misses: 0 };
  const hits = confusion.count(id, id);
  let [falsePositives, misses] = [0, 0];
  for (const other of labels.keys()) {
    if (other === id) continue;
    misses += confusion.count(id, other);
    if (!labels[other]!.isIgnored) falsePositives += confusion.count(other, id);
  }
  return { hits, falsePositives, misses };
}

function categoryParts(
  { labels, confusion }: CityscapesCounts,
  category: string,
  withIgnored: boolean,
): Parts {
  let [hits, falsePositives, misses] = [0, 0, 0];
  for (const [label, { category: labelled, isIgnored }] of labels.entries()) {
    if (isIgnored) continue;
    for (const [prediction, { category: predicted, isIgnored: other }] of labels.entries()) {
      const isPredicted = predicted === category && (withIgnored || !other);
      const count = confusion.count(label, prediction);
      if (labelled === category && isPredicted) hits += count;
      else if (labelled === category) misses += count;
      else if (isPredicted) falsePositives += count;
    }
  }
  return { hits, falsePositives, misses };
}

/** @param part - place of the hits in the tuples of {@link CityscapesCounts.instances}. */
function instanceParts(
  { labels, instances }: CityscapesCounts,
  isMember: (label: number) => boolean,
  part: 2 | 3,
): Omit<Parts, 'falsePositives'> {
  let [hits, misses] = [0, 0];
  for (const { tuple, times } of instances.entries()) {
    const [label, pixels] = tuple as [number, number];
    if (!isMember(label)) continue;
    const weight = (labels[label]!.averageSize! / pixels) * times;
    hits += weight * tuple[part]!;
    misses += weight * (pixels - tuple[part]!);
  }
  return { hits, misses };
}
