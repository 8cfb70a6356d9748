import { type Block, type BlockEngine, blockLength } from '../engines/engine.js';
import { ignoredLabel } from '../engines/engine.js';
import type { BinaryProblem, Weighting } from './weighting.js';

/** The number of blocks of a problem. */
export function countBlocks({ images, pixels }: BinaryProblem): number {
  return images * Math.ceil(pixels / blockLength);
}

/** A block, and where it comes from. */
export interface PlacedBlock extends Block {
  /** Where the weights of its pixels go: to their place in the gradient, or over the entries if it is a copy. */
  readonly target: Float32Array;
  readonly isCopy: boolean;
  /** Where its first score lies, how far apart they are, and how many of them are pixels. */
  readonly start: number;
  readonly stride: number;
  readonly pixels: number;
  /** The number of its first pixel in the problem. */
  readonly first: number;
}

/**
 * Hands blocks `from` to `to` of a problem, one after the other, to `visit`: as they lie, or a copy of each.
 *
 * Pixels past a multiple of 8 are a copy of their own, filled up, so that sums are cut alike wherever the data lies.
 */
export function visitBlocks(
  engine: BlockEngine,
  { errors, labels: { data, hasIgnored }, gradient, isProbability }: Weighting,
  problem: BinaryProblem,
  [from, to]: readonly [number, number],
  visit: (block: PlacedBlock) => void,
): void {
  const { pixelStride: stride, labelPixelStride, label } = problem;
  const isInPlace = engine.isInPlace && stride === 1 && labelPixelStride === 1;
  const perImage = Math.ceil(problem.pixels / blockLength);
  const visitPart = (image: number, pixel: number, pixels: number): void => {
    const start = problem.origin + image * problem.imageStride + pixel * stride;
    const labelStart = problem.labelOrigin + image * problem.labelImageStride + pixel * labelPixelStride;
    const isCopy = !isInPlace || pixels % 8 !== 0;
    // Copies are faster where both sides lie alike in words of 8 bytes.
    const entries = isCopy
      ? engine.entriesAt(errors.byteOffset + 4 * start)
      : errors.subarray(start, start + pixels);
    const labels = isCopy
      ? engine.labelsAt(data.byteOffset + 2 * labelStart)
      : data.subarray(labelStart, labelStart + pixels);
    let length = pixels;
    if (isCopy) {
      copy(errors, start, stride, entries, pixels);
      copy(data, labelStart, labelPixelStride, labels, pixels);
      for (; length % 8 !== 0; length++) {
        entries[length] = 0;
        labels[length] = ignoredLabel;
      }
    }
    visit({
      entries,
      labels,
      length,
      label,
      isProbability,
      hasIgnored: hasIgnored || length > pixels,
      target: isCopy ? entries : gradient.subarray(start, start + pixels),
      isCopy,
      start,
      stride,
      pixels,
      first: image * problem.pixels + pixel,
    });
  };
  for (let index = from; index < to; index++) {
    const image = Math.floor(index / perImage);
    const pixel = (index - image * perImage) * blockLength;
    const pixels = Math.min(blockLength, problem.pixels - pixel);
    const rest = pixels % 8;
    if (pixels > rest) visitPart(image, pixel, pixels - rest);
    if (rest > 0) visitPart(image, pixel + pixels - rest, rest);
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

/** Brings what was written to the target of a block to its place in the gradient. */
export function writeBack(
  { target, isCopy, start, stride, pixels }: PlacedBlock,
  gradient: Float32Array,
): void {
  if (isCopy) writeStrided(target.subarray(0, pixels), gradient, start, stride);
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
