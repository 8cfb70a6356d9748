import { backgroundTieWeight, foregroundTieWeight } from './tie-weights.js';
import { type BinaryProblem, binaryProblem, clearGradient, type Weighting } from './weighting.js';

const digitBits = 11;
const digits = 1 << digitBits;
const digitMask = digits - 1;

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);
const bitsOf = (error: number): number => {
  scratch[0] = error;
  // Without the sign, so that −0 is 0.
  return scratchBits[0]! & 0x7fffffff;
};

/**
 * Pixels to be sorted, each in 64 bits: the bits of its error above, 2 · place + foreground below. Taken as one float64
 * this is a finite number, so that it can be moved at once. (Little-endian, as every platform of Node is now.)
 */
interface Pixels {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

function createPixels(length: number): Pixels {
  const doubles = new Float64Array(length);
  return { doubles, words: new Uint32Array(doubles.buffer) };
}

/** Memory that is kept from call to call: the pixels of one problem, and room to sort them. */
let collected = createPixels(0);
let spare = createPixels(0);
const counts = new Uint32Array(3 * digits);

/**
 * The exact Lovász weights of one binary problem: a radix sort of the float32 errors by their bits, in three passes,
 * then the weights from running counts. Equal errors share their weight.
 *
 * Background pixels below every foreground error have weight 0 and are not sorted.
 *
 * @param weighting of errors that are finite and ≥ 0.
 * @param q the problem.
 * @returns factor · loss.
 */
export function weighBySorting(weighting: Weighting, q: number): number {
  const problem = binaryProblem(weighting, q);
  const { gradient } = weighting;
  if (problem.factor === 0) {
    clearGradient(gradient, problem);
    return 0;
  }
  const length = problem.images * problem.pixels;
  if (collected.doubles.length < length) {
    collected = createPixels(length);
    spare = createPixels(length);
  }
  const total = problem.foregroundEnd - problem.foregroundStart;
  const sorted = sortByKey(collect(weighting, problem));
  return weigh(sorted, gradient, total, problem.factor, weighting.flatAtZero);
}

/**
 * Collects the pixels that may have a weight, and gives all others the gradient 0.
 *
 * @returns how many there are.
 */
function collect({ errors, gradient, lists, isProbability }: Weighting, problem: BinaryProblem): number {
  const { firstImage, images, pixels, imageStride, pixelStride, classOffset } = problem;
  const { places } = lists;
  const { words } = collected;
  const errorAt = (i: number): number => {
    const entry = errors[places[i]! + classOffset]!;
    return isProbability ? 1 - entry : entry;
  };
  let lowest = problem.foregroundStart === problem.foregroundEnd ? 0 : Infinity;
  for (let i = problem.foregroundStart; i < problem.foregroundEnd; i++) {
    lowest = Math.min(lowest, bitsOf(errorAt(i)));
  }

  let nextForeground = problem.foregroundStart;
  let nextVoid = problem.voidStart;
  // No place is −1: it stands for the end of a list.
  const placeAt = (i: number, end: number): number => (i < end ? places[i]! + classOffset : -1);
  let foregroundPlace = placeAt(nextForeground, problem.foregroundEnd);
  let voidPlace = placeAt(nextVoid, problem.voidEnd);
  const bits = new Uint32Array(errors.buffer, errors.byteOffset, errors.length);
  let length = 0;
  for (let image = 0; image < images; image++) {
    const start = (firstImage + image) * imageStride + classOffset;
    const end = start + pixels * pixelStride;
    for (let place = start; place < end; place += pixelStride) {
      if (place === foregroundPlace) {
        words[2 * length] = 2 * place + 1;
        words[2 * length + 1] = bitsOf(errorAt(nextForeground));
        length += 1;
        nextForeground += 1;
        foregroundPlace = placeAt(nextForeground, problem.foregroundEnd);
        continue;
      }
      const key = bits[place]! & 0x7fffffff;
      if (place === voidPlace) {
        nextVoid += 1;
        voidPlace = placeAt(nextVoid, problem.voidEnd);
      } else if (key >= lowest) {
        words[2 * length] = 2 * place;
        words[2 * length + 1] = key;
        length += 1;
        continue;
      }
      gradient[place] = 0;
    }
  }
  return length;
}

/** Sorts the first `length` collected pixels by ascending key. */
function sortByKey(length: number): Pixels & { readonly length: number } {
  counts.fill(0);
  const { words } = collected;
  for (let i = 0; i < length; i++) {
    const key = words[2 * i + 1]!;
    const low = key & digitMask;
    const middle = digits + ((key >>> digitBits) & digitMask);
    const high = 2 * digits + (key >>> (2 * digitBits));
    counts[low] = counts[low]! + 1;
    counts[middle] = counts[middle]! + 1;
    counts[high] = counts[high]! + 1;
  }
  let from = collected;
  let to = spare;
  for (let pass = 0; pass < 3; pass++) {
    const offsets = counts.subarray(pass * digits, (pass + 1) * digits);
    let sum = 0;
    let isConstant = false;
    for (let digit = 0; digit < digits; digit++) {
      const count = offsets[digit]!;
      offsets[digit] = sum;
      sum += count;
      isConstant ||= count === length;
    }
    if (isConstant) continue;
    scatter(from, to, length, pass * digitBits, offsets);
    [from, to] = [to, from];
  }
  return { ...from, length };
}

function scatter(from: Pixels, to: Pixels, length: number, shift: number, offsets: Uint32Array): void {
  const { words, doubles } = from;
  const sorted = to.doubles;
  for (let i = 0; i < length; i++) {
    const digit = (words[2 * i + 1]! >>> shift) & digitMask;
    const at = offsets[digit]!;
    offsets[digit] = at + 1;
    sorted[at] = doubles[i]!;
  }
}

/** Writes the weights of sorted pixels, and returns factor · Σ weight · error. */
function weigh(
  { words, doubles, length }: Pixels & { readonly length: number },
  gradient: Float32Array,
  total: number,
  factor: number,
  flatAtZero: boolean,
): number {
  const errors = new Float32Array(doubles.buffer);
  let loss = 0;
  let union = total;
  let intersection = total;
  for (let end = length; end > 0;) {
    const key = words[2 * end - 1]!;
    let start = end;
    let positives = 0;
    while (start > 0 && words[2 * start - 1] === key) {
      start -= 1;
      positives += words[2 * start]! & 1;
    }
    const size = end - start;
    const below = union + size - positives;
    const left = intersection - positives;
    let foreground = 0;
    let background = 0;
    if (total > 0) {
      foreground = foregroundTieWeight(union, below);
      background = backgroundTieWeight(intersection + left, union, below);
    } else if (end === length) {
      background = 1 / size;
    }
    const flat = flatAtZero && key === 0;
    loss += errors[2 * end - 1]! * (positives * foreground + (size - positives) * background);
    for (let i = start; i < end; i++) {
      const tag = words[2 * i]!;
      const weight = (tag & 1) === 1 ? -foreground : background;
      gradient[tag >>> 1] = flat ? 0 : factor * weight;
    }
    union = below;
    intersection = left;
    end = start;
  }
  return factor * loss;
}
