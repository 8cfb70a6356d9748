import { countPairs } from './count-pairs.js';
import {
  exactSum,
  type ClassCounts,
  type Counts,
  type OddPixels,
  type PixelPolicies,
  type Pixels,
  type PredictionPolicy,
} from './counts.js';
import { PixelCodes } from './pixel-codes.js';

/** Options of {@link ConfusionMatrix}. */
export interface ConfusionMatrixOptions extends PixelPolicies {
  /** Number of classes C; classes are the integers 0 to C − 1. */
  readonly numClasses: number;
  /**
   * Labels whose pixels take no part (void), one or several; any integers, a class among them or not. A class that is
   * ignored here loses its row only: predictions of it elsewhere stay false positives. To keep a class in the counts
   * and out of a mean, use the option `except` of that mean.
   */
  readonly ignoreIndex?: number | readonly number[] | undefined;
}

/** A confusion matrix as plain data: exact integers, rows = label, columns = prediction. */
export interface ConfusionMatrixJson extends PixelPolicies {
  readonly numClasses: number;
  readonly ignoreIndex: readonly number[];
  readonly counts: readonly (readonly number[])[];
  /** Per label, pixels whose prediction was no class (policy `'miss'`). Without it: none. */
  readonly missed?: readonly number[];
  /** Per prediction, pixels whose label was no class (policy `'false-positive'`). Without it: none. */
  readonly invented?: readonly number[];
  /** Without it: none. */
  readonly odd?: OddPixels;
}

/**
 * Pixel counts of label against prediction, from which most metrics of this package are computed.
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
 * confusion.odd.ignored; // 1
 */
export class ConfusionMatrix implements Counts {
  readonly numClasses: number;
  /** Ignored labels, ascending, without repeats. */
  readonly ignoreIndex: readonly number[];
  /** What happens to pixels that are not a class predicted on a class. */
  readonly policies: Required<PixelPolicies>;
  readonly #labelCodes: PixelCodes;
  readonly #predictionCodes: PixelCodes;
  readonly #counts: Float64Array;
  readonly #missed: Float64Array;
  readonly #invented: Float64Array;
  #total = 0;
  #odd: OddPixels = { ignored: 0, unknownLabels: 0, unknownPredictions: 0, ignoredPredictions: 0 };

  /**
   * @throws RangeError when `numClasses` is no positive integer, `ignoreIndex` holds something else than integers, or a
   *   policy is unknown.
   */
  constructor(options: ConfusionMatrixOptions) {
    const { numClasses, ignoreIndex = [] } = options;
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
    this.policies = policiesOf(options);
    this.#labelCodes = new PixelCodes(numClasses, this.ignoreIndex);
    this.#predictionCodes = new PixelCodes(
      numClasses,
      this.ignoreIndex.filter((label) => label < 0 || label >= numClasses),
    );
    this.#counts = new Float64Array(numClasses * numClasses);
    this.#missed = new Float64Array(numClasses);
    this.#invented = new Float64Array(numClasses);
  }

  /** Number of pixels counted, those of {@link missed} and {@link invented} among them; ignored and skipped ones are not. */
  get total(): number {
    return this.#total;
  }

  /** Pixels that were not a class predicted on a class, by kind. */
  get odd(): OddPixels {
    return { ...this.#odd };
  }

  /** See {@link Counts.classCounts}. A missed pixel is a false negative of its label and a false positive of no class. */
  get classCounts(): ClassCounts[] {
    const { numClasses } = this;
    const rows = Array.from(this.#missed);
    const columns = Array.from(this.#invented);
    for (let label = 0; label < numClasses; label++) {
      for (let prediction = 0; prediction < numClasses; prediction++) {
        const count = this.#counts[label * numClasses + prediction]!;
        rows[label]! += count;
        columns[prediction]! += count;
      }
    }
    return rows.map((row, index) => {
      const truePositives = this.#counts[index * numClasses + index]!;
      return {
        truePositives,
        falsePositives: columns[index]! - truePositives,
        falseNegatives: row - truePositives,
      };
    });
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
   * Number of pixels with this label whose prediction was no class and that count as missed (policy `'miss'`).
   *
   * @throws RangeError when the label is no class.
   */
  missed(label: number): number {
    this.#checkClass('label', label);
    return this.#missed[label]!;
  }

  /**
   * Number of pixels with this prediction whose label was no class and that count as false positives (policy
   * `'false-positive'`).
   *
   * @throws RangeError when the prediction is no class.
   */
  invented(prediction: number): number {
    this.#checkClass('prediction', prediction);
    return this.#invented[prediction]!;
  }

  /**
   * Counts the pixels of an image, or of any part of a data set.
   *
   * When it throws, nothing has been counted.
   *
   * @param labels - integers, one per pixel, in any order that `predictions` shares; an array, or a typed array of any
   *   kind, those of BigInt among them
   * @param predictions - integers, as many as labels
   * @returns this matrix
   * @throws RangeError when the lengths differ, when there are pixels that the policies refuse (the message names their
   *   values and numbers), or when the total would leave the range of exact integers.
   */
  add(labels: Pixels, predictions: Pixels): this {
    if (labels.length !== predictions.length) {
      throw new RangeError(
        `labels hold ${labels.length} pixels and predictions ${predictions.length}; expected as many of both`,
      );
    }
    const { numClasses, policies } = this;
    const pairs = countPairs(labels, predictions, this.#labelCodes, this.#predictionCodes);
    const width = numClasses + 2;
    // The code of an ignored value, and that of an unknown one.
    const [ignored, unknown] = [numClasses, numClasses + 1];
    const sum = (row: number, from: number, to: number) =>
      exactSum(pairs.subarray(row * width + from, row * width + to));

    const unknownLabels = sum(unknown, 0, width);
    if (unknownLabels > 0 && policies.unknownLabel === 'error') throw this.#mistakenLabels(labels);
    const odd = {
      ignored: sum(ignored, 0, width),
      unknownLabels,
      unknownPredictions: 0,
      ignoredPredictions: 0,
    };
    for (let label = 0; label < numClasses; label++) {
      odd.unknownPredictions += pairs[label * width + unknown]!;
      odd.ignoredPredictions += pairs[label * width + ignored]!;
    }
    const refused = ({ policy, code, found }: { policy: PredictionPolicy; code: number; found: number }) =>
      policy === 'error' && (found > 0 || pairs[ignored * width + code]! > 0);
    if (
      refused({ policy: policies.unknownPrediction, code: unknown, found: odd.unknownPredictions }) ||
      refused({ policy: policies.ignoredPrediction, code: ignored, found: odd.ignoredPredictions })
    ) {
      throw this.#mistakenPredictions(labels, predictions);
    }

    const missed = Array.from({ length: numClasses }, (_, label) => {
      const { unknownPrediction, ignoredPrediction } = policies;
      return (
        (unknownPrediction === 'miss' ? pairs[label * width + unknown]! : 0) +
        (ignoredPrediction === 'miss' ? pairs[label * width + ignored]! : 0)
      );
    });
    const invented = Array.from({ length: numClasses }, (_, prediction) =>
      policies.unknownLabel === 'false-positive' ? pairs[unknown * width + prediction]! : 0,
    );
    let counted = exactSum([...missed, ...invented]);
    for (let label = 0; label < numClasses; label++) counted += sum(label, 0, numClasses);
    this.#grow(counted, odd);
    for (let label = 0; label < numClasses; label++) {
      this.#missed[label]! += missed[label]!;
      this.#invented[label]! += invented[label]!;
      for (let prediction = 0; prediction < numClasses; prediction++) {
        this.#counts[label * numClasses + prediction]! += pairs[label * width + prediction]!;
      }
    }
    return this;
  }

  /**
   * The matrix of both together, as a new one; associative and commutative.
   *
   * @throws RangeError when the matrices differ in classes, ignored labels or policies, or the total would leave the
   *   range of exact integers.
   */
  merge(other: ConfusionMatrix): ConfusionMatrix {
    checkSameSettings('confusion matrices', this, other);
    const merged = new ConfusionMatrix({ ...this.policies, ...this.#settings() });
    for (const part of [this, other]) {
      merged.#grow(part.#total, part.#odd);
      for (let index = 0; index < merged.#counts.length; index++)
        merged.#counts[index]! += part.#counts[index]!;
      for (let id = 0; id < merged.numClasses; id++) {
        merged.#missed[id]! += part.#missed[id]!;
        merged.#invented[id]! += part.#invented[id]!;
      }
    }
    return merged;
  }

  /** The matrix as plain data; `JSON.stringify` calls it, and {@link ConfusionMatrix.fromJSON} takes it back. */
  toJSON(): Required<ConfusionMatrixJson> {
    const { numClasses } = this;
    const counts = Array.from({ length: numClasses }, (_, label) =>
      Array.from(this.#counts.subarray(label * numClasses, (label + 1) * numClasses)),
    );
    return {
      ...this.#settings(),
      ...this.policies,
      counts,
      missed: Array.from(this.#missed),
      invented: Array.from(this.#invented),
      odd: this.odd,
    };
  }

  /**
   * The matrix that {@link ConfusionMatrix.toJSON} described.
   *
   * @throws RangeError when `counts` is not `numClasses` × `numClasses` or holds anything but integers of at least 0, and
   *   whatever the constructor throws.
   */
  static fromJSON(json: ConfusionMatrixJson): ConfusionMatrix {
    const confusion = new ConfusionMatrix(json);
    const { numClasses, counts, odd } = json;
    const none = new Array<number>(numClasses).fill(0);
    const { missed = none, invented = none } = json;
    if (counts.length !== numClasses || counts.some((row) => row.length !== numClasses)) {
      throw new RangeError(
        `counts has ${counts.length} rows of ${[...new Set(counts.map((row) => row.length))].join(', ')} columns; ` +
          `expected ${numClasses} × ${numClasses}`,
      );
    }
    for (const [name, { length }] of Object.entries({ missed, invented })) {
      if (length !== numClasses)
        throw new RangeError(`${name} has ${length} entries; expected ${numClasses}`);
    }
    const read = { ...confusion.#odd, ...odd };
    checkCounts('counts', counts.flat());
    checkCounts('missed', missed);
    checkCounts('invented', invented);
    checkCounts('odd', Object.values(read));
    confusion.#grow(exactSum([...counts.flat(), ...missed, ...invented]), read);
    confusion.#counts.set(counts.flat());
    confusion.#missed.set(missed);
    confusion.#invented.set(invented);
    return confusion;
  }

  #checkClass(what: string, id: number): void {
    if (!isClass(id, this.numClasses)) {
      throw new RangeError(`${what} is ${id}; expected a class, 0 to ${this.numClasses - 1}`);
    }
  }

  #settings() {
    return { numClasses: this.numClasses, ignoreIndex: [...this.ignoreIndex] };
  }

  /** Every sum of counts is at most the total, so guarding the total keeps all of them exact. */
  #grow(pixels: number, odd: OddPixels): void {
    if (this.#total + pixels > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(
        `${pixels} more pixels on top of ${this.#total} are more than a count can hold exactly (2^53 - 1)`,
      );
    }
    const before = this.#odd;
    this.#odd = {
      ignored: exactSum([before.ignored, odd.ignored]),
      unknownLabels: exactSum([before.unknownLabels, odd.unknownLabels]),
      unknownPredictions: exactSum([before.unknownPredictions, odd.unknownPredictions]),
      ignoredPredictions: exactSum([before.ignoredPredictions, odd.ignoredPredictions]),
    };
    this.#total += pixels;
  }

  #mistakenLabels(labels: Pixels): RangeError {
    const { ignoreIndex, numClasses } = this;
    const unknown = numClasses + 1;
    const wrong = numbers(labels).filter((label) => this.#labelCodes.of(label) === unknown);
    const accepted = `0 to ${numClasses - 1}${ignoreIndex.length > 0 ? `, or ignored: ${ignoreIndex.join(', ')}` : ''}`;
    return new RangeError(
      `labels: ${tally(wrong)} of ${labels.length} pixels; expected a class (${accepted})`,
    );
  }

  #mistakenPredictions(labels: Pixels, predictions: Pixels): RangeError {
    const { numClasses, policies } = this;
    const labelsRead = numbers(labels);
    const wrong = numbers(predictions).filter((prediction, pixel) => {
      const code = this.#predictionCodes.of(prediction);
      const policy = code === numClasses ? policies.ignoredPrediction : policies.unknownPrediction;
      return (
        code >= numClasses && policy === 'error' && this.#labelCodes.of(labelsRead[pixel]!) <= numClasses
      );
    });
    return new RangeError(
      `predictions: ${tally(wrong)} of ${predictions.length} pixels; expected a class (0 to ${numClasses - 1})`,
    );
  }
}

/** @throws RangeError when two states of counts cannot be added. */
export function checkSameSettings(
  what: string,
  one: Pick<ConfusionMatrix, 'numClasses' | 'ignoreIndex' | 'policies'>,
  other: Pick<ConfusionMatrix, 'numClasses' | 'ignoreIndex' | 'policies'>,
): void {
  if (one.numClasses !== other.numClasses) {
    throw new RangeError(`cannot merge ${what} of ${one.numClasses} and ${other.numClasses} classes`);
  }
  if (one.ignoreIndex.join() !== other.ignoreIndex.join()) {
    throw new RangeError(
      `cannot merge ${what} that ignore [${one.ignoreIndex.join(', ')}] and [${other.ignoreIndex.join(', ')}]`,
    );
  }
  for (const name of ['unknownLabel', 'unknownPrediction', 'ignoredPrediction'] as const) {
    if (one.policies[name] !== other.policies[name]) {
      throw new RangeError(
        `cannot merge ${what} with ${name} '${one.policies[name]}' and '${other.policies[name]}'`,
      );
    }
  }
}

function policiesOf(options: PixelPolicies): Required<PixelPolicies> {
  const { unknownLabel = 'error', unknownPrediction = 'error' } = options;
  const { ignoredPrediction = unknownPrediction } = options;
  const policies = { unknownLabel, unknownPrediction, ignoredPrediction };
  for (const [name, policy] of Object.entries(policies)) {
    const known = name === 'unknownLabel' ? ['error', 'skip', 'false-positive'] : ['error', 'miss', 'skip'];
    if (!known.includes(policy)) {
      throw new RangeError(`${name} is ${String(policy)}; expected one of ${known.join(', ')}`);
    }
  }
  return policies;
}

function checkCounts(name: string, counts: readonly number[]): void {
  for (const count of counts) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`${name} holds ${count}; expected integers from 0 to 2^53 - 1`);
    }
  }
}

function isClass(value: number, numClasses: number): boolean {
  return value >>> 0 === value && value < numClasses;
}

function numbers(pixels: Pixels): number[] {
  return Array.from<number | bigint, number>(pixels, Number);
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
