/** Tuples of integers with how often each came, in the order of the tuples. */
export type TallyJson = readonly (readonly number[])[];

/**
 * How often each tuple of integers came: what has to be summed as fractions later is kept as its parts, so that merging
 * in any order gives the same state, and the sum is always taken in the same order.
 */
export class Tally {
  readonly #times = new Map<string, number>();

  /** Counts a tuple. */
  add(tuple: readonly number[], times = 1): void {
    const key = tuple.join();
    this.#times.set(key, (this.#times.get(key) ?? 0) + times);
  }

  /** Counts all that another holds. */
  addAll(other: Tally): void {
    for (const [key, times] of other.#times) this.#times.set(key, (this.#times.get(key) ?? 0) + times);
  }

  /** The tuples in their order, each with its number. */
  entries(): { readonly tuple: readonly number[]; readonly times: number }[] {
    return [...this.#times]
      .map(([key, times]) => ({ tuple: key.split(',').map(Number), times }))
      .sort((a, b) => {
        const place = a.tuple.findIndex((value, index) => value !== b.tuple[index]);
        return place < 0 ? 0 : a.tuple[place]! - b.tuple[place]!;
      });
  }

  /** One row per tuple: its integers, then its number. */
  toJSON(): TallyJson {
    return this.entries().map(({ tuple, times }) => [...tuple, times]);
  }

  /** @throws RangeError when a row is not `width` integers and a positive number. */
  static fromJSON(rows: TallyJson, width: number): Tally {
    const tally = new Tally();
    for (const row of rows) {
      const times = row[width];
      if (row.length !== width + 1 || !row.every(Number.isSafeInteger) || times === undefined || times < 1) {
        throw new RangeError(
          `a row is [${row.join(', ')}]; expected ${width} integers and a number of at least 1`,
        );
      }
      tally.add(row.slice(0, width), times);
    }
    return tally;
  }
}
