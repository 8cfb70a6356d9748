import { endianness } from 'node:os';
import type { StateVector } from './manifest.js';

/** The bytes of a state, float32 with the lowest byte first. Vectors that are not given are zero. */
export function encodeState(
  vectors: readonly StateVector[],
  values: Readonly<Record<string, Float32Array>>,
): Uint8Array {
  const numbers = new Float32Array(lengthOf(vectors));
  for (const { name, offset } of vectors) numbers.set(values[name] ?? [], offset);
  return inFileOrder(Buffer.from(numbers.buffer));
}

/**
 * The vectors of a state file by name.
 *
 * @param file how messages call it.
 * @throws RangeError for bytes that do not hold as many numbers, or a number that is NaN or infinite.
 */
export function decodeState(
  file: string,
  bytes: Uint8Array,
  vectors: readonly StateVector[],
): Record<string, Float32Array> {
  const expected = lengthOf(vectors) * Float32Array.BYTES_PER_ELEMENT;
  if (bytes.length !== expected) {
    throw new RangeError(
      `${file} has ${bytes.length} bytes, expected ${expected}: ${vectors.map(({ name, length }) => `${name} (${length} numbers)`).join(', ')}`,
    );
  }
  // A copy: aligned, and of nobody else's memory.
  const numbers = new Float32Array(
    inFileOrder(Buffer.from(new Uint8Array(bytes).buffer)).buffer as ArrayBuffer,
  );
  return Object.fromEntries(
    vectors.map(({ name, offset, length }) => {
      const vector = numbers.subarray(offset, offset + length);
      const bad = vector.findIndex((entry) => !Number.isFinite(entry));
      if (bad >= 0) throw new RangeError(`${file} holds ${vector[bad]} in ${name}, expected finite numbers`);
      return [name, vector];
    }),
  );
}

const lengthOf = (vectors: readonly StateVector[]): number =>
  vectors.reduce((sum, { length }) => sum + length, 0);

/** Swaps the bytes in place on a machine that keeps the highest first. */
function inFileOrder(bytes: Buffer): Buffer {
  return endianness() === 'LE' ? bytes : bytes.swap32();
}
