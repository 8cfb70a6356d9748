import type { MemoryId } from '../engines/engine-of.js';
import {
  createSharedMemory,
  firstFreeByte,
  growMemory,
  type WebAssemblyMemory,
} from '../engines/webassembly-engine.js';

let memories = 0;

/** Memory in which the threads of a pool work on scores, labels and gradients where they lie, without copies. */
export class KernelMemory {
  readonly id: MemoryId = (memories += 1);
  /** Undefined where there is no WebAssembly SIMD: arrays are then shared between threads, and copied. */
  readonly memory: WebAssemblyMemory | undefined;
  /** Memory that has grown is a new buffer; arrays stay on that which they were made on. */
  readonly #buffers = new WeakSet<ArrayBuffer | SharedArrayBuffer>();
  #next: number;
  #labels: Uint16Array = new Uint16Array(0);

  constructor(threads: number) {
    this.memory = createSharedMemory(threads);
    this.#next = firstFreeByte(threads);
  }

  /** Numbers on this memory, all 0; on a SharedArrayBuffer of their own where it is full. */
  float32Array(length: number): Float32Array {
    if (!(Number.isInteger(length) && length >= 0)) {
      throw new RangeError(`length is ${length}; expected a natural number`);
    }
    const place = this.#take(4 * length);
    return place === undefined
      ? new Float32Array(new SharedArrayBuffer(4 * length))
      : new Float32Array(place.buffer, place.address, length);
  }

  /** Room for the labels of one call, until the next. */
  labels(length: number): Uint16Array {
    if (this.#labels.length < length) {
      // Twice as much as before, so that what is left behind is less than what is used.
      const roomy = Math.max(length, 2 * this.#labels.length);
      const place = this.#take(2 * roomy);
      this.#labels =
        place === undefined
          ? new Uint16Array(new SharedArrayBuffer(2 * roomy))
          : new Uint16Array(place.buffer, place.address, roomy);
    }
    return this.#labels.subarray(0, length);
  }

  /** Whether an array is on this memory. */
  holds({ buffer }: Float32Array | Uint16Array): boolean {
    return this.#buffers.has(buffer);
  }

  #take(bytes: number): { buffer: ArrayBuffer | SharedArrayBuffer; address: number } | undefined {
    const { memory } = this;
    // Each array begins where a vector of four does.
    const address = Math.ceil(this.#next / 16) * 16;
    if (memory === undefined || !growMemory(memory, address + bytes)) return undefined;
    this.#next = address + bytes;
    this.#buffers.add(memory.buffer);
    return { buffer: memory.buffer, address };
  }
}
