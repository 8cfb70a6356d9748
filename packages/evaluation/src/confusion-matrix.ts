/** Options of {@link ConfusionMatrix}. */
export interface ConfusionMatrixOptions {
  /** Number of classes C; classes are the integers 0 to C − 1. */
  readonly numClasses: number;
  /**
   * Labels whose pixels take no part (void), one or several; any integers, a class among them or not. A class that is
   * ignored here loses its row only: predictions of it elsewhere stay false positives. To keep a class in the counts
   * and out of a mean, use the option `classes` of that mean.
   */
  readonly ignoreIndex?: number | readonly number[];
}

/** A confusion matrix as plain data: exact integers, rows = label, columns = prediction. */
export interface ConfusionMatrixJson {
  readonly numClasses: number;
  readonly ignoreIndex: readonly number[];
  readonly counts: readonly (readonly number[])[];
}

/**
 * Pixel counts of label against prediction, from which every metric of this package is computed.
 *
 * Rows are labels, columns are predictions. Counts are exact integers up to 2⁵³ − 1 pixels in total; beyond that, `add`
 * and `merge` throw instead of rounding. The state is the counts alone, so images may be added in any order and in any
 * pieces, and matrices counted apart (by workers, say) merge into the one that a single pass would have given.
 *
 * @example
 * const confusion = new ConfusionMatrix({ numClasses: 3, ignoreIndex: 255 });
 * confusion.add([0, 0, 1, 255], [0, 1, 1, 2]);
 * confusion.count(0, 1); // 1
 * confusion.total; // 3
 */
export class ConfusionMatrix {
  readonly numClasses: number;
  /** Ignored labels, ascending, without repeats. */
  readonly ignoreIndex: readonly number[];
  readonly #counts: Float64Array;
  #total = 0;

  /** @throws RangeError when `numClasses` is no positive integer or `ignoreIndex` holds something else than integers. */
  constructor({ numClasses, ignoreIndex = [] }: ConfusionMatrixOptions) {
    if (!Number.isSafeInteger(numClasses) || numClasses < 1) {
      throw new RangeError(`numClasses is ${numClasses}; expected an integer of at least 1`);
    }
    const ignored = typeof ignoreIndex === 'number' ? [ignoreIndex] : ignoreIndex;
    for (const label of ignored) {
      if (!Number.isSafeInteger(label)) {
        throw new RangeError(`ignoreIndex holds ${label}; expected an integer, or a list of integers`);
      }
    }
    this.numClasses = numClasses;
    this.ignoreIndex = [...new Set(ignored)].sort((a, b) => a - b);
    this.#counts = new Float64Array(numClasses * numClasses);
  }

  /** Number of pixels counted; ignored pixels are not among them. */
  get total(): number {
    return this.#total;
  }

  /**
   * Number of pixels with this label and this prediction.
   *
   * @throws RangeError when either is no class.
   */
  count(label: number, prediction: number): number {
    const { numClasses } = this;
    if (!isClass(label, numClasses) || !isClass(prediction, numClasses)) {
      throw new RangeError(
        `label is ${label} and prediction ${prediction}; expected classes, 0 to ${numClasses - 1}`,
      );
    }
    return this.#counts[label * numClasses + prediction]!;
  }

  /**
   * Counts the pixels of an image, or of any part of a data set.
   *
   * Everything is checked first: when it throws, nothing has been counted. Predictions have to be classes on ignored
   * pixels too, for a prediction that is no class is a mistake wherever it lies.
   *
   * @param labels - integers, one per pixel, in any order that `predictions` shares
   * @param predictions - integers, as many as labels
   * @returns this matrix
   * @throws RangeError when the lengths differ, a label is neither a class nor ignored, a prediction is no class, or the
   *   total would leave the range of exact integers.
   */
  add(labels: ArrayLike<number>, predictions: ArrayLike<number>): this {
    const { numClasses } = this;
    const counts = this.#counts;
    if (labels.length !== predictions.length) {
      throw new RangeError(
        `labels hold ${labels.length} pixels and predictions ${predictions.length}; expected as many of both`,
      );
    }
    const ignored = new Set(this.ignoreIndex);
    let counted = 0;
    let sound = true;
    for (let pixel = 0; pixel < labels.length; pixel++) {
      const label = labels[pixel]!;
      const isIgnored = ignored.has(label);
      if (!isIgnored) counted++;
      sound &&= (isIgnored || isClass(label, numClasses)) && isClass(predictions[pixel]!, numClasses);
    }
    if (!sound) throw this.#mistake(labels, predictions, ignored);
    this.#grow(counted);
    for (let pixel = 0; pixel < labels.length; pixel++) {
      const label = labels[pixel]!;
      if (!ignored.has(label)) counts[label * numClasses + predictions[pixel]!]!++;
    }
    return this;
  }

  /**
   * The matrix of both together, as a new one; associative and commutative.
   *
   * @throws RangeError when the matrices differ in classes or ignored labels, or the total would leave the range of
   *   exact integers.
   */
  merge(other: ConfusionMatrix): ConfusionMatrix {
    if (this.numClasses !== other.numClasses) {
      throw new RangeError(
        `cannot merge confusion matrices of ${this.numClasses} and ${other.numClasses} classes`,
      );
    }
    if (this.ignoreIndex.join() !== other.ignoreIndex.join()) {
      throw new RangeError(
        `cannot merge confusion matrices that ignore [${this.ignoreIndex.join(', ')}] and ` +
          `[${other.ignoreIndex.join(', ')}]`,
      );
    }
    const merged = new ConfusionMatrix(this);
    merged.#grow(this.#total);
    merged.#grow(other.#total);
    for (let index = 0; index < merged.#counts.length; index++) {
      merged.#counts[index] = this.#counts[index]! + other.#counts[index]!;
    }
    return merged;
  }

  /** The matrix as plain data; `JSON.stringify` calls it, and {@link ConfusionMatrix.fromJSON} takes it back. */
  toJSON(): ConfusionMatrixJson {
    const { numClasses } = this;
    const counts = Array.from({ length: numClasses }, (_, label) =>
      Array.from(this.#counts.subarray(label * numClasses, (label + 1) * numClasses)),
    );
    return { numClasses, ignoreIndex: [...this.ignoreIndex], counts };
  }

  /**
   * The matrix that {@link ConfusionMatrix.toJSON} described.
   *
   * @throws RangeError when `counts` is not `numClasses` × `numClasses` or holds anything but integers of at least 0, and
   *   whatever the constructor throws.
   */
  static fromJSON({ numClasses, ignoreIndex, counts }: ConfusionMatrixJson): ConfusionMatrix {
    const confusion = new ConfusionMatrix({ numClasses, ignoreIndex });
    if (counts.length !== numClasses || counts.some((row) => row.length !== numClasses)) {
      throw new RangeError(
        `counts has ${counts.length} rows of ${[...new Set(counts.map((row) => row.length))].join(', ')} columns; ` +
          `expected ${numClasses} × ${numClasses}`,
      );
    }
    for (const [index, count] of counts.flat().entries()) {
      if (!Number.isSafeInteger(count) || count < 0) {
        throw new RangeError(`counts holds ${count}; expected integers from 0 to 2^53 - 1`);
      }
      confusion.#grow(count);
      confusion.#counts[index] = count;
    }
    return confusion;
  }

  /** Every sum of counts is at most the total, so guarding the total keeps all of them exact. */
  #grow(pixels: number): void {
    if (this.#total + pixels > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(
        `${pixels} more pixels on top of ${this.#total} are more than a count can hold exactly (2^53 - 1)`,
      );
    }
    this.#total += pixels;
  }

  #mistake(
    labels: ArrayLike<number>,
    predictions: ArrayLike<number>,
    ignored: ReadonlySet<number>,
  ): RangeError {
    const classes = `0 to ${this.numClasses - 1}`;
    const wrongLabels = Array.from(labels).filter(
      (label) => !ignored.has(label) && !isClass(label, this.numClasses),
    );
    if (wrongLabels.length > 0) {
      const accepted =
        this.ignoreIndex.length > 0 ? `${classes}, or ignored: ${this.ignoreIndex.join(', ')}` : classes;
      return new RangeError(
        `labels: ${tally(wrongLabels)} of ${labels.length} pixels; expected a class (${accepted})`,
      );
    }
    const wrongPredictions = Array.from(predictions).filter(
      (prediction) => !isClass(prediction, this.numClasses),
    );
    return new RangeError(
      `predictions: ${tally(wrongPredictions)} of ${predictions.length} pixels; expected a class (${classes})`,
    );
  }
}

function isClass(value: number, numClasses: number): boolean {
  // `>>> 0` keeps exactly the integers from 0 to 2^32 - 1 as they are.
  return value >>> 0 === value && value < numClasses;
}

/** "value 7 at 2, value 9 at 1", the most frequent first. */
function tally(values: readonly number[]): string {
  const pixels = new Map<number, number>();
  for (const value of values) pixels.set(value, (pixels.get(value) ?? 0) + 1);
  const ranked = [...pixels].sort(([, a], [, b]) => b - a);
  const named = ranked.slice(0, 5).map(([value, count]) => `value ${value} at ${count}`);
  return (
    named.join(', ') + (ranked.length > named.length ? `, ${ranked.length - named.length} other values` : '')
  );
}
