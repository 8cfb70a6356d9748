import { type Block, blockLength, type Engine } from './engine.js';
import { ignoredLabel } from './pixel-labels.js';
import type { BinaryProblem, Weighting } from './weighting.js';

/** The number of blocks of a problem. */
export function countBlocks({ images, pixels }: BinaryProblem): number {
  return images * Math.ceil(pixels / blockLength);
}

/** A block, and where it comes from. */
export interface PlacedBlock extends Block {
  /** Where its first score lies, how far apart they are, and how many of them are pixels. */
  readonly start: number;
  readonly stride: number;
  readonly pixels: number;
  /** The number of its first pixel in the problem. */
  readonly first: number;
}

/** Reads blocks `from` to `to` of a problem, one after the other, and hands each to `visit`. */
export function visitBlocks(
  engine: Engine,
  { errors, labels, isProbability }: Weighting,
  problem: BinaryProblem,
  [from, to]: readonly [number, number],
  visit: (block: PlacedBlock) => void,
): void {
  const { pixelStride: stride, labelPixelStride, label } = problem;
  const perImage = Math.ceil(problem.pixels / blockLength);
  for (let index = from; index < to; index++) {
    const image = Math.floor(index / perImage);
    const pixel = (index - image * perImage) * blockLength;
    const pixels = Math.min(blockLength, problem.pixels - pixel);
    const start = problem.origin + image * problem.imageStride + pixel * stride;
    const labelStart = problem.labelOrigin + image * problem.labelImageStride + pixel * labelPixelStride;
    // Copies are faster where both sides lie alike in words of 8 bytes.
    const entries = engine.entriesAt(errors.byteOffset + 4 * start);
    const labelsOfBlock = engine.labelsAt(labels.data.byteOffset + 2 * labelStart);
    copy(errors, start, stride, entries, pixels);
    copy(labels.data, labelStart, labelPixelStride, labelsOfBlock, pixels);
    let length = pixels;
    for (; length % 8 !== 0; length++) {
      entries[length] = 0;
      labelsOfBlock[length] = ignoredLabel;
    }
    visit({
      entries,
      labels: labelsOfBlock,
      length,
      label,
      isProbability,
      hasIgnored: labels.hasIgnored || length > pixels,
      start,
      stride,
      pixels,
      first: image * problem.pixels + pixel,
    });
  }
}

function copy(
  from: Float32Array | Uint16Array,
  start: number,
  stride: number,
  to: Float32Array | Uint16Array,
  length: number,
): void {
  if (stride === 1) {
    to.set(from.subarray(start, start + length));
    return;
  }
  let place = start;
  for (let i = 0; i < length; i++) {
    to[i] = from[place]!;
    place += stride;
  }
}

/** Copies a block back to where it came from, in `target`. */
export function writeBlock({ entries, start, stride, pixels }: PlacedBlock, target: Float32Array): void {
  writeStrided(entries.subarray(0, pixels), target, start, stride);
}

/** Copies entries to `target`, from `start` on. */
export function writeStrided(
  entries: Float32Array,
  target: Float32Array,
  start: number,
  stride: number,
): void {
  if (stride === 1) {
    target.set(entries, start);
    return;
  }
  let place = start;
  for (const entry of entries) {
    target[place] = entry;
    place += stride;
  }
}
