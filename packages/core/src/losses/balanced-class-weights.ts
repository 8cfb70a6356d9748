/**
 * How rare classes are raised, with p the share of a class in all pixels:
 *
 * - `inverse-frequency`: 1 / (C·p), so that the mean weight of a pixel is 1; C counts the classes that occur.
 * - `median-frequency`: median(f) / f, with f the share of the class in the pixels of the images that have it (Eigen
 *   and Fergus, 2015).
 * - `logarithmic`: 1 / ln(1.02 + p), which is bounded (ENet, Paszke et al., 2016).
 */
export type ClassBalance = 'inverse-frequency' | 'median-frequency' | 'logarithmic';

const rules: Readonly<Record<ClassBalance, (images: readonly ArrayLike<number>[]) => readonly number[]>> = {
  'inverse-frequency': (images) => {
    const counts = totals(images);
    const present = counts.filter((count) => count > 0).length;
    return counts.map((count) => sum(counts) / (present * count));
  },
  'median-frequency': (images) => {
    const frequencies = totals(images).map((count, id) => {
      return count / sum(images.filter((image) => image[id]! > 0).map((image) => sum(image)));
    });
    const sorted = frequencies.filter((frequency) => frequency > 0).sort((a, b) => a - b);
    const median = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
    return frequencies.map((frequency) => median / frequency);
  },
  logarithmic: (images) => {
    const counts = totals(images);
    return counts.map((count) => 1 / Math.log(1.02 + count / sum(counts)));
  },
};

/**
 * Class weights that balance classes of different frequency, for the option `classWeights`.
 *
 * @param counts the number of pixels of each class in each image, as `countLabels` gives them. Where only totals are
 *   known, they are those of one image.
 * @param balance the rule; default `median-frequency`.
 * @returns one weight per class; 0 for a class without a pixel.
 * @throws RangeError for no image, counts of different lengths, counts that are no integers ≥ 0, or no pixel at all.
 * @throws TypeError for an unknown rule.
 * @example
 * balancedClassWeights([[90, 10]], 'inverse-frequency'); // [0.5555…, 5]
 */
export function balancedClassWeights(
  counts: readonly ArrayLike<number>[],
  balance: ClassBalance = 'median-frequency',
): readonly number[] {
  if (!Object.hasOwn(rules, balance)) {
    throw new TypeError(`balance is "${balance}"; expected ${Object.keys(rules).join(', ')}`);
  }
  if (counts.length === 0) throw new RangeError('counts hold no image; expected at least one');
  const classes = counts[0]!.length;
  for (const [image, ofClasses] of counts.entries()) {
    if (ofClasses.length !== classes) {
      throw new RangeError(`counts[${image}] has ${ofClasses.length} classes, counts[0] ${classes}`);
    }
    const wrong = Array.from(ofClasses).findIndex((count) => !Number.isSafeInteger(count) || count < 0);
    if (wrong >= 0) {
      throw new RangeError(`counts[${image}][${wrong}] is ${ofClasses[wrong]}; expected an integer ≥ 0`);
    }
  }
  const counted = totals(counts);
  if (sum(counted) === 0) throw new RangeError('counts are all 0; expected a pixel of some class');
  return rules[balance](counts).map((weight, id) => (counted[id] === 0 ? 0 : weight));
}

function totals(images: readonly ArrayLike<number>[]): readonly number[] {
  return Array.from(images[0]!, (_, id) => sum(images.map((image) => image[id]!)));
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}
