import { clearField, create } from '@bufbuild/protobuf';
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ModelProto,
  type StringStringEntryProto,
  type TensorProto,
} from 'onnx-buf';
import { OnnxError } from '../graph/onnx-error.js';
import { copyMessage } from './copy-message.js';
import { mapTensors } from './map-tensors.js';
import { sizeOf } from '../graph/tensor.js';

/** A part of a file that lies beside a model. */
export interface ExternalRange {
  /** A relative path with `/` between its parts; none of them is `..`. */
  readonly location: string;
  /** In bytes, as the length. */
  readonly offset: number;
  readonly length: number;
}

/**
 * Gives the bytes of a range: exactly `length` of them, or throws an error that says why not. It is called when entries
 * are needed, so that a model may hold more weights than memory.
 *
 * In Node, `readModel` of `@lovasz/onnxruntime` provides it for the folder of the model. In a browser, a map of what was
 * fetched does:
 *
 * @example
 * const files = new Map([['network.onnx.data', new Uint8Array(await (await fetch(url)).arrayBuffer())]]);
 * const model = decodeModel(bytes, {
 *   externalData: ({ location, offset, length }) => files.get(location)!.subarray(offset, offset + length),
 * });
 */
export type ExternalData = (range: ExternalRange) => Uint8Array;

/** Where the bytes of a tensor come from, when they lie outside of the model. */
interface Source {
  readonly range: ExternalRange;
  readonly read: ExternalData;
}

/** A message has no place for what is not in the file, so the sources of tensors are kept here. */
const sources = new WeakMap<TensorProto, Source>();

export function isExternal(tensor: TensorProto): boolean {
  return tensor.dataLocation === TensorProto_DataLocation.EXTERNAL || tensor.externalData.length > 0;
}

/**
 * Says where the bytes of every tensor outside of the model come from. Nothing is read yet, but every location is
 * checked.
 *
 * @throws OnnxError that names the tensor and its location when that leads out of the model's folder.
 */
export function attachExternalData(model: ModelProto, read: ExternalData | undefined): void {
  mapTensors(model, (tensor) => {
    if (isExternal(tensor)) {
      const range = externalRangeOf(tensor);
      if (read !== undefined) sources.set(tensor, { range, read });
    }
    return tensor;
  });
}

/** Whether the bytes of an external tensor can be read. */
export function hasSource(tensor: TensorProto): boolean {
  return sources.has(tensor);
}

/** How many bytes an external tensor has. */
export function externalLengthOf(tensor: TensorProto): number {
  return sourceOf(tensor).range.length;
}

/**
 * Bytes of a tensor that lie outside of the model, from `offset` within the tensor on.
 *
 * @throws OnnxError that names the tensor and its location when they cannot be read.
 */
export function readExternal(tensor: TensorProto, offset = 0, length?: number): Uint8Array {
  const { range, read } = sourceOf(tensor);
  const wanted = { ...range, offset: range.offset + offset, length: length ?? range.length - offset };
  let bytes: Uint8Array;
  try {
    bytes = read(wanted);
  } catch (error) {
    throw externalError(tensor, `which cannot be read: ${(error as Error).message}`, error);
  }
  if (bytes.length !== wanted.length) {
    throw externalError(
      tensor,
      `of which ${bytes.length} bytes were read, but bytes ${wanted.offset} to ${wanted.offset + wanted.length} are needed`,
    );
  }
  return bytes;
}

function sourceOf(tensor: TensorProto): Source {
  const source = sources.get(tensor);
  if (source !== undefined) return source;
  throw externalError(
    tensor,
    "and nothing is given to read it with: use readModel of @lovasz/onnxruntime, or decodeModel's externalData",
  );
}

/** The tensor with other entries, which stay outside of the model; the file itself is not changed. */
export function replaceExternal(tensor: TensorProto, bytes: Uint8Array): TensorProto {
  const copy = copyMessage(tensor, {});
  sources.set(copy, {
    range: { location: '', offset: 0, length: bytes.length },
    read: ({ offset, length }) => bytes.subarray(offset, offset + length),
  });
  return copy;
}

/** The tensor under another name; its bytes are where they were. */
export function renamed(tensor: TensorProto, name: string): TensorProto {
  const copy = copyMessage(tensor, { name });
  const source = sources.get(tensor);
  if (source !== undefined) sources.set(copy, source);
  return copy;
}

/** A tensor whose bytes are computed when they are needed. */
export function computedTensor(
  settings: Pick<TensorProto, 'name' | 'dims' | 'dataType'>,
  compute: (tensor: TensorProto) => Uint8Array,
): TensorProto {
  const dataLocation = TensorProto_DataLocation.EXTERNAL;
  const tensor = create(TensorProtoSchema, { ...settings, dataLocation });
  sources.set(tensor, {
    range: { location: '', offset: 0, length: bytesNeeded(tensor)! },
    read: ({ offset, length }) => compute(tensor).subarray(offset, offset + length),
  });
  return tensor;
}

/** The tensor as it refers to a part of a file beside the model. */
export function referTo(tensor: TensorProto, { location, offset, length }: ExternalRange): TensorProto {
  const entry = (key: string, value: string): StringStringEntryProto =>
    create(StringStringEntryProtoSchema, { key, value });
  return copyMessage(tensor, {
    rawData: new Uint8Array(0),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
    externalData: [
      entry('location', location),
      entry('offset', String(offset)),
      entry('length', String(length)),
    ],
  });
}

/** The tensor with its bytes inside of the model. */
export function embed(tensor: TensorProto, bytes: Uint8Array): TensorProto {
  const copy = copyMessage(tensor, { rawData: bytes as Uint8Array<ArrayBuffer>, externalData: [] });
  clearField(copy, TensorProtoSchema.field.dataLocation);
  return copy;
}

/** What the entries of `external_data` say, checked without reading anything. */
function externalRangeOf(tensor: TensorProto): ExternalRange {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const cause = unsafeLocation(location);
  if (cause !== undefined) throw externalError(tensor, cause);
  const number = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value)) {
      throw externalError(tensor, `but its ${key} '${text}' is no count of bytes`);
    }
    return value;
  };
  const offset = number('offset') ?? 0;
  const needed = bytesNeeded(tensor);
  const length = number('length') ?? needed;
  if (length === undefined || !Number.isSafeInteger(offset + length)) {
    throw externalError(tensor, 'but its length is not given, or too large');
  }
  if (needed !== undefined && length !== needed) {
    throw externalError(
      tensor,
      `of which it claims ${length} bytes, but shape [${tensor.dims.join(', ')}] needs ${needed}`,
    );
  }
  return { location, offset, length };
}

/** Why a location may not be followed; `undefined` when it stays inside of the model's folder. */
function unsafeLocation(location: string): string | undefined {
  if (location === '') return "but external_data has no 'location'";
  if (location.startsWith('/')) return 'which is an absolute path; data must lie in the folder of the model';
  // A backslash divides folders on Windows, and a colon ends a drive or begins a stream there.
  if (/[\\:\u0000-\u001f]/.test(location)) return 'which has a backslash, a colon or a control character';
  if (location.split('/').some((part) => part === '..' || part === '')) {
    return "which has an empty part or '..'; data must lie in the folder of the model";
  }
  return undefined;
}

/** Bits per entry, by number of the data type; strings have no fixed width, later types are left to their length. */
const entryBits: Readonly<Record<number, number>> = {
  1: 32,
  2: 8,
  3: 8,
  4: 16,
  5: 16,
  6: 32,
  7: 64,
  9: 8,
  10: 16,
  11: 64,
  12: 32,
  13: 64,
  14: 64,
  15: 128,
  16: 16,
};

/** The bytes of a tensor of this type and shape; `undefined` where they do not follow from these. */
function bytesNeeded({ dataType, dims }: TensorProto): number | undefined {
  const bits = entryBits[dataType];
  if (bits === undefined || dims.some((length) => length < 0n)) return undefined;
  return (sizeOf(dims.map(Number)) * bits) / 8;
}

function externalError(tensor: TensorProto, cause: string, error?: unknown): OnnxError {
  const location = tensor.externalData.find((entry) => entry.key === 'location')?.value ?? '';
  return new OnnxError(
    `its data lies outside of the model, in '${location}', ${cause}`,
    { operator: 'initializer', node: tensor.name },
    error === undefined ? {} : { cause: error },
  );
}
