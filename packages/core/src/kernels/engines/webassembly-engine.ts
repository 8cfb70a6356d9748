import { allBins } from './bins.js';
import { type Block, type BlockEngine, blockLength, type Engine } from './engine.js';
import { moduleInBase64, sharedModuleInBase64 } from './webassembly-module.js';

/** What `assembly/index.ts` exports. Addresses and sizes are numbers of bytes. */
interface Exports {
  readonly memory: WebAssemblyMemory;
  readonly convertLabels: (
    labels: number,
    areBytes: boolean,
    length: number,
    ignoreIndex: number,
    hasIgnoreIndex: boolean,
    classCount: number,
    target: number,
    counts: number,
  ) => number;
  readonly allAreFinite: (block: number, length: number) => number;
  readonly findLowestError: (...args: [...BlockArguments, isChecked: boolean]) => number;
  readonly countBins: (...args: [...BlockArguments, counts: number]) => number;
  readonly findFirstCount: (counts: number, length: number) => number;
  readonly lookUpWeights: (...args: [...BlockArguments, weights: number, target: number]) => number;
  readonly collectPixels: (
    ...args: [...BlockArguments, lowest: number, first: number, pixels: number, count: number]
  ) => number;
  readonly sortPixels: (
    pixels: number,
    spare: number,
    count: number,
    lowest: number,
    counts: number,
  ) => number;
  readonly weighSortedPixels: (
    pixels: number,
    count: number,
    total: number,
    factor: number,
    flatAtZero: boolean,
    weights: number,
  ) => number;
}

type BlockArguments = [
  entries: number,
  labels: number,
  length: number,
  label: number,
  isProbability: boolean,
  hasIgnored: boolean,
];

/** A WebAssembly.Memory. */
export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  grow(pages: number): number;
}

interface WebAssemblyNamespace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
  readonly Memory: new (description: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WebAssemblyMemory;
}

const pageBytes = 1 << 16;
const mostPages = 1 << 16;
/** What the module keeps for itself. */
const moduleBytes = 1024;

/** Where an engine has room for a block and for tables, in bytes from where its room begins. */
const entriesAt = 0;
const labelsAt = entriesAt + 4 * (blockLength + 2);
const countsAt = labelsAt + 2 * (blockLength + 8);
const weightsAt = countsAt + 8 * allBins;
const roomBytes = weightsAt + 8 * allBins;

/** In memory of an engine of its own, digits are counted above its room, and pixels that are sorted lie above these. */
const digitsAt = moduleBytes + roomBytes;
/** 16 bytes each, and 4 more that may be written past the last. */
const pixelsAt = digitsAt + 3 * 4 * 2048;
const spareAt = (count: number): number => pixelsAt + 8 * (count + 4);

/** The most pixels that fit into the 4 GiB of WebAssembly. */
export const mostSortedPixels = Math.floor((mostPages * pageBytes - pageBytes - pixelsAt) / 16) - 8;

/** The part of an engine that takes blocks, in room of `memory` that begins at `room`. */
function createBlockEngine(
  exports: Exports,
  memory: WebAssemblyMemory,
  room: number,
): Omit<BlockEngine, 'isInPlace'> {
  const viewsOf = (buffer: ArrayBuffer | SharedArrayBuffer) => ({
    buffer,
    // By how far the address is above a multiple of 8 bytes.
    entries: [0, 4].map((above) => new Float32Array(buffer, room + entriesAt + above, blockLength)),
    labels: [0, 2, 4, 6].map((above) => new Uint16Array(buffer, room + labelsAt + above, blockLength)),
    rawBytes: new Uint8Array(buffer, room + entriesAt, blockLength),
    rawLabels: new Int32Array(buffer, room + entriesAt, blockLength),
    counts: new Int32Array(buffer, room + countsAt, 2 * allBins),
    weights: new Float32Array(buffer, room + weightsAt, 2 * allBins),
  });
  let latest = viewsOf(memory.buffer);
  const views = (): ReturnType<typeof viewsOf> => {
    // Memory that has grown is a new buffer.
    if (latest.buffer !== memory.buffer) latest = viewsOf(memory.buffer);
    return latest;
  };
  return {
    entriesAt: (address) => views().entries[(address >>> 2) % 2]!,
    labelsAt: (address) => views().labels[(address >>> 1) % 4]!,
    get counts() {
      return views().counts;
    },
    get weights() {
      return views().weights;
    },
    get rawBytes() {
      return views().rawBytes;
    },
    get rawLabels() {
      return views().rawLabels;
    },
    convertLabels: (raw, length, ignoreIndex, classCount, { byteOffset }) =>
      exports.convertLabels(
        raw.byteOffset,
        raw.BYTES_PER_ELEMENT === 1,
        length,
        ignoreIndex ?? 0,
        ignoreIndex !== undefined,
        classCount,
        byteOffset,
        room + countsAt,
      ) === 1,
    allAreFinite: ({ byteOffset }, length) => exports.allAreFinite(byteOffset, length) === 1,
    findLowestError: (block, isChecked) => exports.findLowestError(...argumentsOf(block), isChecked),
    countBins: (block) => exports.countBins(...argumentsOf(block), room + countsAt) === 1,
    findFirstCount: (start, length) => exports.findFirstCount(room + countsAt + 4 * start, length),
    lookUpWeights: (block, { byteOffset }) =>
      exports.lookUpWeights(...argumentsOf(block), room + weightsAt, byteOffset),
  };
}

function argumentsOf({ entries, labels, length, label, isProbability, hasIgnored }: Block): BlockArguments {
  return [entries.byteOffset, labels.byteOffset, length, label, isProbability, hasIgnored];
}

/**
 * The engine in WebAssembly SIMD, in memory of its own.
 *
 * @returns undefined where there is no WebAssembly SIMD.
 */
export function createWebAssemblyEngine(): Engine | undefined {
  const exports = instantiate(moduleInBase64);
  if (exports === undefined) return undefined;
  const { memory } = exports;
  const reserve = (bytes: number): void => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  };
  reserve(pixelsAt);
  const blocks = createBlockEngine(exports, memory, moduleBytes);
  let reserved = 0;
  let sortedAt = pixelsAt;
  const pixelWeights = (): Float32Array =>
    new Float32Array(memory.buffer, sortedAt === pixelsAt ? spareAt(reserved) : pixelsAt, reserved);

  return Object.assign(blocks, {
    isInPlace: false,
    reservePixels: (count: number) => {
      reserve(spareAt(count) + 8 * (count + 4));
      reserved = count;
    },
    collectPixels: (block: Block, lowest: number, first: number, count: number) =>
      exports.collectPixels(...argumentsOf(block), lowest, first, pixelsAt, count),
    sortPixels: (count: number, lowest: number) => {
      sortedAt = exports.sortPixels(pixelsAt, spareAt(reserved), count, lowest, digitsAt) >>> 0;
    },
    weighPixels: (count: number, total: number, factor: number, flatAtZero: boolean) => {
      const weights = pixelWeights();
      weights.fill(0);
      return exports.weighSortedPixels(sortedAt, count, total, factor, flatAtZero, weights.byteOffset);
    },
    pixelWeights,
  });
}

/** Memory that threads share, with room for the engine of each. Undefined where there is no WebAssembly SIMD. */
export function createSharedMemory(threads: number): WebAssemblyMemory | undefined {
  const bytes = firstFreeByte(threads);
  try {
    const memory = new webAssembly!.Memory({
      initial: Math.ceil(bytes / pageBytes),
      maximum: mostPages,
      shared: true,
    });
    return instantiate(sharedModuleInBase64, memory) === undefined ? undefined : memory;
  } catch {
    return undefined;
  }
}

/** Where the memory is free for what is worked on. */
export function firstFreeByte(threads: number): number {
  return moduleBytes + threads * roomBytes;
}

/** Grows memory to that many bytes. False if there are no more. */
export function growMemory(memory: WebAssemblyMemory, bytes: number): boolean {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
  try {
    if (missing > 0) memory.grow(missing);
    return true;
  } catch {
    return false;
  }
}

/** The engine of a thread that works on what is in that memory. */
export function createEngineInPlace(memory: WebAssemblyMemory, thread: number): BlockEngine {
  const exports = instantiate(sharedModuleInBase64, memory)!;
  return Object.assign(createBlockEngine(exports, memory, firstFreeByte(thread)), { isInPlace: true });
}

const { WebAssembly: webAssembly } = globalThis as { readonly WebAssembly?: WebAssemblyNamespace };

/** Instantiates a module where the platform has what it needs. */
function instantiate(module: string, memory?: WebAssemblyMemory): Exports | undefined {
  if (webAssembly === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(module), (char) => char.charCodeAt(0));
    return new webAssembly.Instance(new webAssembly.Module(bytes), { env: { memory } }).exports as Exports;
  } catch {
    // No SIMD, or a page whose content security policy forbids WebAssembly.
    return undefined;
  }
}
