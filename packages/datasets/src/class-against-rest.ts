import type { SegmentationDataset } from './dataset.js';

/** Void of a data set whose own label for it is 0 or 1. */
const ignoreIndexOfTwo = 255;

/**
 * A data set of two classes: one class of another as foreground (label 1), and all others together as the rest (label 0).
 * Void pixels stay void.
 *
 * @param foreground the id of the class.
 * @throws RangeError when there is no such class.
 * @example
 * const rings = classAgainstRest(shapes({ length: 100 }), 4);
 * rings.classes; // ['rest', 'ring']
 */
export function classAgainstRest(dataset: SegmentationDataset, foreground: number): SegmentationDataset {
  const { name, classes, colors, length } = dataset;
  if (classes[foreground] === undefined) {
    throw new RangeError(`foreground is ${foreground}; ${name} has the classes 0 to ${classes.length - 1}`);
  }
  const ignoreIndex = dataset.ignoreIndex > 1 ? dataset.ignoreIndex : ignoreIndexOfTwo;
  return {
    name: `${name} (${classes[foreground]} against the rest)`,
    classes: ['rest', classes[foreground]],
    colors: [colors[foreground === 0 ? 1 : 0] ?? [0, 0, 0], colors[foreground]!],
    ignoreIndex,
    length,
    async sample(index) {
      const sample = await dataset.sample(index);
      const labels = sample.labels.map((label) =>
        label === dataset.ignoreIndex ? ignoreIndex : label === foreground ? 1 : 0,
      );
      return { ...sample, labels };
    },
  };
}
