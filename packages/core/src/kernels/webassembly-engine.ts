import { allBins } from './bins.js';
import { type Block, blockLength, type Engine } from './engine.js';
import { moduleInBase64 } from './webassembly-module.js';

/** What `assembly/index.ts` exports. Addresses and sizes are numbers of bytes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
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

interface WebAssemblyNamespace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

const pageBytes = 1 << 16;
const entriesAt = 1024;
const labelsAt = entriesAt + 4 * (blockLength + 2);
const countsAt = labelsAt + 2 * (blockLength + 8);
const weightsAt = countsAt + 8 * allBins;
const digitsAt = weightsAt + 8 * allBins;
/** Pixels to be sorted lie above: 16 bytes each, and 4 more that may be written past the last. */
const pixelsAt = digitsAt + 3 * 4 * 2048;
const spareAt = (count: number): number => pixelsAt + 8 * (count + 4);

/** The most pixels that fit into the 4 GiB of WebAssembly. */
export const mostSortedPixels = Math.floor((2 ** 32 - pageBytes - pixelsAt) / 16) - 8;

/**
 * The engine in WebAssembly SIMD.
 *
 * @returns undefined where there is no WebAssembly SIMD.
 */
export function createWebAssemblyEngine(): Engine | undefined {
  const exports = instantiate();
  if (exports === undefined) return undefined;
  const { memory } = exports;
  const reserve = (bytes: number): void => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  };
  reserve(pixelsAt);
  const viewsOf = (buffer: ArrayBuffer) => ({
    buffer,
    // By how far the address is above a multiple of 8 bytes.
    entries: [0, 4].map((above) => new Float32Array(buffer, entriesAt + above, blockLength)),
    labels: [0, 2, 4, 6].map((above) => new Uint16Array(buffer, labelsAt + above, blockLength)),
    counts: new Int32Array(buffer, countsAt, 2 * allBins),
    weights: new Float32Array(buffer, weightsAt, 2 * allBins),
  });
  let views = viewsOf(memory.buffer);
  let reserved = 0;
  let sortedAt = pixelsAt;
  const pixelWeightsAt = (): number => (sortedAt === pixelsAt ? spareAt(reserved) : pixelsAt);
  const argumentsOf = ({
    entries,
    labels,
    length,
    label,
    isProbability,
    hasIgnored,
  }: Block): BlockArguments => [
    entries.byteOffset,
    labels.byteOffset,
    length,
    label,
    isProbability,
    hasIgnored,
  ];

  return {
    entriesAt: (address) => views.entries[(address >>> 2) % 2]!,
    labelsAt: (address) => views.labels[(address >>> 1) % 4]!,
    get counts() {
      return views.counts;
    },
    get weights() {
      return views.weights;
    },
    allAreFinite: ({ byteOffset }, length) => exports.allAreFinite(byteOffset, length) === 1,
    findLowestError: (block, isChecked) => exports.findLowestError(...argumentsOf(block), isChecked),
    countBins: (block) => exports.countBins(...argumentsOf(block), countsAt) === 1,
    findFirstCount: (start, length) => exports.findFirstCount(countsAt + 4 * start, length),
    lookUpWeights: (block) =>
      exports.lookUpWeights(...argumentsOf(block), weightsAt, block.entries.byteOffset),
    reservePixels: (count) => {
      reserve(spareAt(count) + 8 * (count + 4));
      // Memory that has grown is a new buffer.
      if (views.buffer !== memory.buffer) views = viewsOf(memory.buffer);
      reserved = count;
    },
    collectPixels: (block, lowest, first, count) =>
      exports.collectPixels(...argumentsOf(block), lowest, first, pixelsAt, count),
    sortPixels: (count, lowest) => {
      sortedAt = exports.sortPixels(pixelsAt, spareAt(reserved), count, lowest, digitsAt) >>> 0;
    },
    weighPixels: (count, total, factor, flatAtZero) => {
      new Float32Array(memory.buffer, pixelWeightsAt(), reserved).fill(0);
      return exports.weighSortedPixels(sortedAt, count, total, factor, flatAtZero, pixelWeightsAt());
    },
    pixelWeights: () => new Float32Array(memory.buffer, pixelWeightsAt(), reserved),
  };
}

/** Instantiates the module where the platform has what it needs. */
function instantiate(): Exports | undefined {
  const { WebAssembly } = globalThis as { readonly WebAssembly?: WebAssemblyNamespace };
  if (WebAssembly === undefined) return undefined;
  try {
    const module = new WebAssembly.Module(
      Uint8Array.from(atob(moduleInBase64), (char) => char.charCodeAt(0)),
    );
    return new WebAssembly.Instance(module).exports as Exports;
  } catch {
    // No SIMD, or a page whose content security policy forbids WebAssembly.
    return undefined;
  }
}
