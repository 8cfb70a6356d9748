/** Places drawn by weight: a list of running sums. */
export class WeightedPlaces {
  readonly #sums: Float64Array;

  /** @throws RangeError when a weight is negative or no number, or all are 0. */
  constructor(weights: readonly number[]) {
    this.#sums = new Float64Array(weights.length);
    let sum = 0;
    for (const [place, weight] of weights.entries()) {
      if (!(weight >= 0 && weight < Infinity)) {
        throw new RangeError(`weights holds ${weight} at ${place}; expected numbers of at least 0`);
      }
      sum += weight;
      this.#sums[place] = sum;
    }
    if (!(sum > 0)) throw new RangeError('weights are all 0; expected one above');
  }

  /** The sum of the weights. */
  get total(): number {
    return this.#sums.at(-1)!;
  }

  /** The place in whose share a value in [0, total) lies; never one of weight 0. */
  at(value: number): number {
    let [low, high] = [0, this.#sums.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sums[middle]! > value) high = middle;
      else low = middle + 1;
    }
    // Rounding may put the value on the total: the last place with a weight then.
    while (low > 0 && this.#sums[low] === this.#sums[low - 1]) low--;
    return low;
  }
}
