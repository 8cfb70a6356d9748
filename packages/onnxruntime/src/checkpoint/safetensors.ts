/** A file in the safetensors format could not be read or written. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
}

/** The element types that are read and written, and the arrays that hold them. A BOOL is a byte, 0 or 1. */
const arrayTypes = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const satisfies Record<keyof ArrayOf, unknown>;

interface ArrayOf {
  readonly F64: Float64Array;
  readonly F32: Float32Array;
  readonly I64: BigInt64Array;
  readonly I32: Int32Array;
  readonly U8: Uint8Array;
  readonly BOOL: Uint8Array;
}

/** The name of an element type. */
export type SafetensorsType = keyof ArrayOf;

/** One tensor, in row-major order. */
export type SafetensorsTensor = {
  [Type in SafetensorsType]: {
    readonly dtype: Type;
    readonly shape: readonly number[];
    readonly data: ArrayOf[Type];
  };
}[SafetensorsType];

/** What a file holds. */
export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

const lengthBytes = 8;
const largestHeader = 100_000_000;
const metadataKey = '__metadata__';

/**
 * Reads a safetensors file: eight bytes with the length of a JSON header (little-endian), the header, the raw values.
 *
 * @param bytes the whole file. The tensors are copies and keep no hold of it.
 * @returns the tensors by name, in the order of the header, and the metadata (empty if there is none).
 * @throws SafetensorsError when the file is cut short, the header is no valid one, or the tensors overlap or leave gaps.
 * @example
 * const { tensors } = decodeSafetensors(await readFile('weights.safetensors'));
 * tensors.get('conv.weight')?.shape;
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsContent {
  if (bytes.length < lengthBytes) {
    throw new SafetensorsError(`file has ${bytes.length} bytes; expected at least ${lengthBytes}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(largestHeader, bytes.length - lengthBytes))) {
    throw new SafetensorsError(
      `header has ${headerLength} bytes; the file has ${bytes.length - lengthBytes} after the length, ` +
        `and ${largestHeader} are accepted`,
    );
  }
  const dataStart = lengthBytes + Number(headerLength);
  const header = parseHeader(bytes.subarray(lengthBytes, dataStart));
  const values = bytes.subarray(dataStart);

  const entries = Object.entries(header)
    .filter(([name]) => name !== metadataKey)
    .map(([name, entry]) => checkEntry(name, entry));
  let end = 0;
  for (const { name, offsets } of entries.toSorted(
    (a, b) => a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1],
  )) {
    if (offsets[0] !== end) {
      throw new SafetensorsError(
        `tensor "${name}" starts at byte ${offsets[0]} of the values; expected ${end}, without overlap or gap`,
      );
    }
    end = offsets[1];
  }
  if (end !== values.length) {
    throw new SafetensorsError(`the tensors take ${end} bytes; the file holds ${values.length}`);
  }

  const tensors = new Map<string, SafetensorsTensor>();
  for (const { name, dtype, shape, offsets } of entries) {
    // A copy is aligned for its element type, wherever the bytes lie. Not `slice`: that of a Buffer is a view.
    const copy = new Uint8Array(values.subarray(...offsets));
    const data = new arrayTypes[dtype](copy.buffer);
    tensors.set(name, { dtype, shape, data } as SafetensorsTensor);
  }
  return { tensors, metadata: checkMetadata(header[metadataKey]) };
}

/** By name, as arrays that come from another realm (a worker, a sandbox) are no instances of this one's types. */
function isArrayOf(dtype: SafetensorsType, data: unknown): boolean {
  return Object.prototype.toString.call(data) === `[object ${arrayTypes[dtype].name}]`;
}

/**
 * Writes a safetensors file, widest element type first, so that every tensor is aligned.
 *
 * @param tensors the tensors by name.
 * @param metadata texts about the file.
 * @returns the bytes of the file.
 * @throws SafetensorsError when a name is reserved, or type, shape and data do not agree.
 * @example
 * const bytes = encodeSafetensors(
 *   new Map([['bias', { dtype: 'F32', shape: [2], data: new Float32Array([0.5, 1]) }]]),
 * );
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  for (const [name, { dtype, shape, data }] of tensors) {
    if (name === metadataKey) throw new SafetensorsError(`a tensor cannot be named "${metadataKey}"`);
    if (!Object.hasOwn(arrayTypes, dtype) || !isArrayOf(dtype, data)) {
      throw new SafetensorsError(
        `tensor "${name}" of type ${dtype} holds ${data.constructor.name}; accepted: ${acceptedTypes()}`,
      );
    }
    if (data.length !== sizeOf(name, shape)) {
      throw new SafetensorsError(
        `tensor "${name}" has shape [${shape.join(', ')}] and ${data.length} values`,
      );
    }
  }

  const sorted = [...tensors].sort(
    ([, a], [, b]) => arrayTypes[b.dtype].BYTES_PER_ELEMENT - arrayTypes[a.dtype].BYTES_PER_ELEMENT,
  );
  let end = 0;
  const entries = sorted.map(([name, { dtype, shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const about = Object.keys(metadata).length === 0 ? [] : [[metadataKey, metadata] as const];
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...about, ...entries])));
  const headerLength = Math.ceil(json.length / 8) * 8;

  const bytes = new Uint8Array(lengthBytes + headerLength + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, lengthBytes);
  bytes.fill(0x20, lengthBytes + json.length, lengthBytes + headerLength);
  let position = lengthBytes + headerLength;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SafetensorsError('the header is not JSON', { cause });
  }
  if (!isRecord(header)) throw new SafetensorsError('the header is not a JSON object');
  return header;
}

function checkEntry(name: string, entry: unknown) {
  if (!isRecord(entry)) throw new SafetensorsError(`tensor "${name}" is not described by a JSON object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(arrayTypes, dtype)) {
    throw new SafetensorsError(
      `tensor "${name}" has type ${JSON.stringify(dtype)}; accepted: ${acceptedTypes()}`,
    );
  }
  if (!areLengths(shape)) {
    throw new SafetensorsError(`tensor "${name}" has shape ${JSON.stringify(shape)}; expected integers ≥ 0`);
  }
  if (!areLengths(offsets) || offsets.length !== 2) {
    throw new SafetensorsError(
      `tensor "${name}" has offsets ${JSON.stringify(offsets)}; expected two integers ≥ 0`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const size = sizeOf(name, shape) * arrayTypes[dtype as SafetensorsType].BYTES_PER_ELEMENT;
  if (end - begin !== size) {
    throw new SafetensorsError(
      `tensor "${name}" of type ${dtype} and shape [${shape.join(', ')}] takes ${size} bytes; ` +
        `its offsets [${begin}, ${end}] hold ${end - begin}`,
    );
  }
  return { name, dtype: dtype as SafetensorsType, shape, offsets: [begin, end] as const };
}

function checkMetadata(metadata: unknown = {}): Record<string, string> {
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new SafetensorsError(`${metadataKey} is ${JSON.stringify(metadata)}; expected an object of texts`);
  }
  return metadata as Record<string, string>;
}

function sizeOf(name: string, shape: readonly number[]): number {
  const size = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(size * 8) || size < 0) {
    throw new SafetensorsError(`tensor "${name}" has shape [${shape.join(', ')}]; expected a countable size`);
  }
  return size;
}

function areLengths(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => Number.isSafeInteger(each) && each >= 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function acceptedTypes(): string {
  return Object.keys(arrayTypes).join(', ');
}
