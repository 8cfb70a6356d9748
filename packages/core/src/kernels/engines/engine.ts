/** Pixels that are worked on at once: their scores stay in the fastest caches. */
export const blockLength = 8192;

/** The label of a pixel that is ignored. */
export const ignoredLabel = 0xffff;

/** Labels are counted in as many tables, which lie 2^16 entries apart. */
export const labelTables = 4;

/** Scores of one binary problem and their labels, in memory of the engine: `length` of them, a multiple of 8. */
export interface Block {
  readonly entries: Float32Array;
  readonly labels: Uint16Array;
  readonly length: number;
  /** The label of foreground. */
  readonly label: number;
  /** Whether the error of foreground is 1 − its entry. */
  readonly isProbability: boolean;
  /** Whether a label may be that of ignored pixels. */
  readonly hasIgnored: boolean;
}

/**
 * The inner loops of the kernels that take one block of scores at a time.
 *
 * Every engine does the same operations in the same order: results are the same bit for bit.
 */
export interface BlockEngine {
  /** Whether it reads and writes blocks where they lie; otherwise only those that are in room of its own. */
  readonly isInPlace: boolean;
  /** Room for the scores of a block, at an address that is as much above a multiple of 8 bytes as `address` is. */
  entriesAt(address: number): Float32Array;
  /** Room for the labels of a block, likewise. */
  labelsAt(address: number): Uint16Array;
  /**
   * How many errors are in each bin: of background, and of foreground `allBins` on, which is where the bits of an error
   * are when its sign bit is set. All 0 between tasks.
   */
  readonly counts: Int32Array;
  /** The weight of each bin, likewise; those of foreground are negative. */
  readonly weights: Float32Array;
  /** Room for labels of a block that are still to be converted, of 8 or 32 bits. */
  readonly rawBytes: Uint8Array;
  readonly rawLabels: Int32Array;
  /**
   * Converts the first of `raw`, which is one of these, to `target`, those that are `ignoreIndex` to the label of ignored
   * pixels, and adds them to `counts`: each to one of {@link labelTables} by label. Returns whether each is a class or
   * ignored; others are taken as ignored.
   *
   * @param length a multiple of 8.
   */
  convertLabels(
    raw: Uint8Array | Int32Array,
    length: number,
    ignoreIndex: number | undefined,
    classCount: number,
    target: Uint16Array,
  ): boolean;
  allAreFinite(entries: Float32Array, length: number): boolean;
  /**
   * The bits of the lowest foreground error, at least those of ∞ if there is none; −1 if it finds what is no
   * probability, or −0, and that is to be found.
   */
  findLowestError(block: Block, isChecked: boolean): number;
  /** Adds the errors to `counts`. Returns whether all entries are probabilities; false also if there is −0. */
  countBins(block: Block): boolean;
  /** The first of the `counts` from `start` on that is not 0, as their number from there; `length` if there is none. */
  findFirstCount(start: number, length: number): number;
  /** Writes the `weights` of the errors' bins to `target`. Returns Σ |weight| · error. */
  lookUpWeights(block: Block, target: Float32Array): number;
}

/** The inner loops of the kernels, those of sorting too. */
export interface Engine extends BlockEngine {
  /** Makes room for that many pixels to be sorted. */
  reservePixels(count: number): void;
  /**
   * Appends to `count` collected pixels those whose errors, as bits, are at least `lowest` ≥ 0. `first` is the number of
   * the block's first pixel. Returns how many there are now.
   */
  collectPixels(block: Block, lowest: number, first: number, count: number): number;
  /** Sorts the collected pixels by their bits, which are at least `lowest`. */
  sortPixels(count: number, lowest: number): void;
  /** Finds the weights of the sorted pixels, of which `total` are foreground; returns factor · Σ weight · error. */
  weighPixels(count: number, total: number, factor: number, flatAtZero: boolean): number;
  /** After `weighPixels`, factor · weight by the number of the pixel, negative for foreground; as many as reserved. */
  pixelWeights(): Float32Array;
}
