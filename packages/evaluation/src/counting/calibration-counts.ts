import { exactSum, type Pixels } from './counts.js';

/** {@link CalibrationCounts} as plain data. `confidence` is in units of 2⁻²⁴, as decimal digits. */
export interface CalibrationCountsJson {
  readonly ignoreIndex: readonly number[];
  readonly bins: readonly { readonly total: number; readonly hits: number; readonly confidence: string }[];
}

/** Steps of a confidence: those of a float32 between ½ and 1. */
const unit = 2 ** 24;

/**
 * Confidence against accuracy, in bins of equal width: bin k of K holds the confidences in [k/K, (k + 1)/K), the last one
 * also 1. Confidences are rounded to 2⁻²⁴ and summed as integers, so that counts merge in any order to the same state.
 *
 * @example
 * const counts = new CalibrationCounts({ bins: 2 });
 * counts.add([0, 1], [0, 0], [0.75, 0.75]);
 * expectedCalibrationError.of(counts); // |0.5 − 0.75| = 0.25
 */
export class CalibrationCounts {
  readonly ignoreIndex: readonly number[];
  readonly #total: number[];
  readonly #hits: number[];
  readonly #confidence: bigint[];

  /** @throws RangeError when `bins` is no positive integer. Default 15. */
  constructor({
    bins = 15,
    ignoreIndex = [],
  }: { bins?: number; ignoreIndex?: number | readonly number[] } = {}) {
    if (!Number.isSafeInteger(bins) || bins < 1)
      throw new RangeError(`bins is ${bins}; expected an integer of at least 1`);
    const ignored = typeof ignoreIndex === 'number' ? [ignoreIndex] : ignoreIndex;
    this.ignoreIndex = [...new Set(ignored)].sort((a, b) => a - b);
    this.#total = new Array<number>(bins).fill(0);
    this.#hits = new Array<number>(bins).fill(0);
    this.#confidence = new Array<bigint>(bins).fill(0n);
  }

  /** Of each bin: pixels, hits, and the mean confidence (NaN without pixels). */
  get bins(): { readonly total: number; readonly hits: number; readonly confidence: number }[] {
    return this.#total.map((total, bin) => ({
      total,
      hits: this.#hits[bin]!,
      confidence: Number(this.#confidence[bin]!) / unit / total,
    }));
  }

  /**
   * Counts pixels.
   *
   * @param confidences - of each prediction, its probability
   * @returns these counts
   * @throws RangeError when lengths differ or a confidence is not in [0, 1]; nothing is counted then.
   */
  add(labels: Pixels, predictions: Pixels, confidences: ArrayLike<number>): this {
    const { length } = labels;
    if (predictions.length !== length || confidences.length !== length) {
      throw new RangeError(
        `labels hold ${length} pixels, predictions ${predictions.length} and confidences ${confidences.length}; ` +
          'expected as many of all',
      );
    }
    const count = this.#total.length;
    const [total, hits, sums] = [0, 0, 0].map(() => new Float64Array(count)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const ignored = new Set(this.ignoreIndex);
    for (let pixel = 0; pixel < length; pixel++) {
      const confidence = confidences[pixel]!;
      if (!(confidence >= 0 && confidence <= 1)) {
        throw new RangeError(`confidences holds ${confidence} at pixel ${pixel}; expected 0 to 1`);
      }
      const label = Number(labels[pixel]);
      if (ignored.has(label)) continue;
      const bin = Math.min(count - 1, Math.floor(confidence * count));
      total[bin]!++;
      if (label === Number(predictions[pixel])) hits[bin]!++;
      sums[bin]! += Math.round(confidence * unit);
    }
    exactSum(sums);
    for (let bin = 0; bin < count; bin++) this.#grow(bin, total[bin]!, hits[bin]!, BigInt(sums[bin]!));
    return this;
  }

  /** @throws RangeError when bins or ignored labels differ. */
  merge(other: CalibrationCounts): CalibrationCounts {
    const bins = this.#total.length;
    if (bins !== other.#total.length || this.ignoreIndex.join() !== other.ignoreIndex.join()) {
      throw new RangeError(
        `cannot merge ${bins} and ${other.#total.length} bins that ignore ` +
          `[${this.ignoreIndex.join(', ')}] and [${other.ignoreIndex.join(', ')}]`,
      );
    }
    const merged = new CalibrationCounts({ bins, ignoreIndex: this.ignoreIndex });
    for (const part of [this, other]) {
      for (let bin = 0; bin < bins; bin++) {
        merged.#grow(bin, part.#total[bin]!, part.#hits[bin]!, part.#confidence[bin]!);
      }
    }
    return merged;
  }

  toJSON(): CalibrationCountsJson {
    return {
      ignoreIndex: this.ignoreIndex,
      bins: this.#total.map((total, bin) => ({
        total,
        hits: this.#hits[bin]!,
        confidence: this.#confidence[bin]!.toString(),
      })),
    };
  }

  static fromJSON({ ignoreIndex, bins }: CalibrationCountsJson): CalibrationCounts {
    const counts = new CalibrationCounts({ bins: bins.length, ignoreIndex });
    for (const [bin, { total, hits, confidence }] of bins.entries()) {
      if (!Number.isSafeInteger(total) || !(hits >= 0 && hits <= total) || !/^\d+$/.test(confidence)) {
        throw new RangeError(`bin ${bin} holds ${total} pixels, ${hits} hits and confidence ${confidence}`);
      }
      counts.#grow(bin, total, hits, BigInt(confidence));
    }
    return counts;
  }

  #grow(bin: number, total: number, hits: number, confidence: bigint): void {
    this.#total[bin] = exactSum([this.#total[bin]!, total]);
    this.#hits[bin]! += hits;
    this.#confidence[bin]! += confidence;
  }
}
