import type { Pixels } from './counts.js';

/**
 * Numbers pixel values anew for a small table: classes stay 0 to C − 1, an ignored label becomes C and anything else
 * C + 1. A class that is ignored too is `ignored` as a label and itself as a prediction.
 */
export class PixelCodes {
  readonly numClasses: number;
  readonly #ignored: ReadonlySet<number>;
  readonly #ofByte: Int32Array;

  constructor(numClasses: number, ignored: Iterable<number>) {
    this.numClasses = numClasses;
    this.#ignored = new Set(ignored);
    this.#ofByte = Int32Array.from({ length: 256 }, (_, value) => this.of(value));
  }

  /** The code of one value. */
  of(value: number): number {
    if (this.#ignored.has(value)) return this.numClasses;
    // `>>> 0` keeps exactly the integers from 0 to 2^32 - 1 as they are.
    return value >>> 0 === value && value < this.numClasses ? value : this.numClasses + 1;
  }

  /** Writes the codes of `pixels` from `from` on into `codes`. */
  encode(pixels: Pixels, from: number, codes: Int32Array): void {
    const { length } = codes;
    if (pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray) {
      const ofByte = this.#ofByte;
      for (let i = 0; i < length; i++) codes[i] = ofByte[pixels[from + i]!]!;
    } else if (typeof pixels[from] === 'bigint') {
      // Beyond 2^53 `Number` rounds, but not into the range of classes or of ignored labels.
      for (let i = 0; i < length; i++) codes[i] = this.of(Number(pixels[from + i]));
    } else {
      const values = pixels as ArrayLike<number>;
      const { numClasses } = this;
      const ignored = this.#ignored;
      for (let i = 0; i < length; i++) {
        const value = values[from + i]!;
        // Most values are classes that are not ignored; the set is asked only about the rest.
        codes[i] =
          value >>> 0 === value && value < numClasses && (ignored.size === 0 || !ignored.has(value))
            ? value
            : this.of(value);
      }
    }
  }

  /** The code of each byte. */
  get ofByte(): Int32Array {
    return this.#ofByte;
  }
}
