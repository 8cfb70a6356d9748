/** Memory of one call, shared between threads or not: copies of arrays, and room of unknown content. */
export interface Scratch {
  float64(values: Float64Array): Float64Array;
  float32(length: number): Float32Array;
  int32(length: number): Int32Array;
  uint16(length: number): Uint16Array;
}

/** Memory of this thread alone. */
export const ownScratch: Scratch = {
  float64: (values) => values,
  float32: (length) => new Float32Array(length),
  int32: (length) => new Int32Array(length),
  uint16: (length) => new Uint16Array(length),
};

/**
 * Memory that threads share and that every call takes again from its beginning: however many calls, it stays as large as
 * the largest of them needed. (A SharedArrayBuffer is given back late.)
 */
export class SharedScratch implements Scratch {
  readonly #buffers: SharedArrayBuffer[] = [];
  #taken = 0;

  /** What earlier calls have taken is free again. */
  begin(): this {
    this.#taken = 0;
    return this;
  }

  float64(values: Float64Array): Float64Array {
    const copy = new Float64Array(this.#take(8 * values.length), 0, values.length);
    copy.set(values);
    return copy;
  }

  float32(length: number): Float32Array {
    return new Float32Array(this.#take(4 * length), 0, length);
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.#take(4 * length), 0, length);
  }

  uint16(length: number): Uint16Array {
    return new Uint16Array(this.#take(2 * length), 0, length);
  }

  #take(bytes: number): SharedArrayBuffer {
    const index = this.#taken++;
    const kept = this.#buffers[index];
    if (kept !== undefined && kept.byteLength >= bytes) return kept;
    return (this.#buffers[index] = new SharedArrayBuffer(bytes));
  }
}
