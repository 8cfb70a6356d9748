/** Bins of a probability: 16 bits. */
const bins = 65_536;

/** What a decision by expected IoU comes to. */
export interface ExpectedIou {
  /** E[I] / E[U] of the best decision; 1 when every probability rounds to 0, where nothing is to be found. */
  readonly iou: number;
  /** E[U] of it, in pixels. */
  readonly union: number;
  /** Pixels with a probability above it are foreground. */
  readonly threshold: number;
}

/**
 * How many pixels have which probability, to 16 bits: all that the decision by expected IoU of an image, a batch or a whole
 * data set depends on. Counts add, so that parts merge in any order.
 *
 * @example
 * const histogram = new ProbabilityHistogram();
 * for (const probabilities of images) histogram.add(probabilities);
 * const masks = images.map((probabilities) => threshold(probabilities, histogram.best().threshold));
 */
export class ProbabilityHistogram {
  readonly #counts = new Float64Array(bins);

  /**
   * Counts pixels.
   *
   * @throws RangeError when a probability is not in [0, 1]; nothing is counted then.
   */
  add(probabilities: ArrayLike<number>): this {
    this.addWithSum(probabilities);
    return this;
  }

  /** As {@link add}; returns the sum of the probabilities, which the bins would round. */
  addWithSum(probabilities: ArrayLike<number>): number {
    // Two tables, so that equal neighbours need not wait for each other.
    const [even, odd] = [new Uint32Array(bins), new Uint32Array(bins)];
    let sound = true;
    let [evenSum, oddSum] = [0, 0];
    const { length } = probabilities;
    for (let pixel = 0; pixel < length; pixel += 2) {
      const first = probabilities[pixel]!;
      // The last of an odd number has no neighbour: 0 is taken back below.
      const second = pixel + 1 < length ? probabilities[pixel + 1]! : 0;
      if (!(first >= 0 && first <= 1 && second >= 0 && second <= 1)) sound = false;
      even[(first * (bins - 1) + 0.5) | 0]!++;
      odd[(second * (bins - 1) + 0.5) | 0]!++;
      evenSum += first;
      oddSum += second;
    }
    if (length % 2 === 1) odd[0]!--;
    if (!sound) {
      const wrong = Array.from(probabilities).findIndex((each) => !(each >= 0 && each <= 1));
      throw new RangeError(`probabilities hold ${probabilities[wrong]} at pixel ${wrong}; expected 0 to 1`);
    }
    for (let bin = 0; bin < bins; bin++) this.#counts[bin]! += even[bin]! + odd[bin]!;
    return evenSum + oddSum;
  }

  /** Both together, as a new one. */
  merge(other: ProbabilityHistogram): ProbabilityHistogram {
    const merged = new ProbabilityHistogram();
    for (let bin = 0; bin < bins; bin++) merged.#counts[bin] = this.#counts[bin]! + other.#counts[bin]!;
    return merged;
  }

  /**
   * The decision that maximises E[I] / E[U] = Σ_S p / (Σ p + Σ_S (1 − p)): the best S are the most probable pixels, so the
   * bins are taken from the highest on.
   */
  best(): ExpectedIou {
    let all = 0;
    for (let bin = 0; bin < bins; bin++) all += (this.#counts[bin]! * bin) / (bins - 1);
    let [above, outside] = [0, 0];
    let best = { iou: all === 0 ? 1 : 0, union: all };
    for (let bin = bins - 1; bin > 0; bin--) {
      const count = this.#counts[bin]!;
      if (count === 0) continue;
      const probability = bin / (bins - 1);
      above += count * probability;
      outside += count * (1 - probability);
      if (above / (all + outside) > best.iou) best = { iou: above / (all + outside), union: all + outside };
    }
    return { ...best, threshold: best.iou / (1 + best.iou) };
  }
}
