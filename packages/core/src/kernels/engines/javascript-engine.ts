import { allBins, droppedBits } from './bins.js';
import { type Block, blockLength, type Engine, ignoredLabel } from './engine.js';
import { backgroundTieWeight, foregroundTieWeight } from './tie-weights.js';

const largestDigitBits = 11;
const bitsOfOne = 0x3f800000;
const signBit = -0x80000000;
const bitsOfInfinity = 0x7f800000;
/** Products that are summed in float32, in eight lanes. */
const stripLength = 64;

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** The engine in plain JavaScript, where there is no WebAssembly SIMD. */
export function createJavaScriptEngine(): Engine {
  const entries = new Float32Array(blockLength);
  const bits = new Int32Array(entries.buffer);
  const labels = new Uint16Array(blockLength);
  const counts = new Int32Array(2 * allBins);
  const weights = new Float32Array(2 * allBins);
  const digitCounts = new Uint32Array(1 << largestDigitBits);
  let collected = createPixels(0);
  let spare = createPixels(0);
  let reserved = 0;

  /** The bits of the error of pixel i, with the sign bit if it is foreground; those of −∞ if it is ignored. */
  const signedBits = (i: number, { label, isProbability }: Block): number => {
    const own = labels[i]!;
    if (own === ignoredLabel) return bitsOfInfinity | signBit;
    const entry = bits[i] === signBit ? 0 : bits[i]!;
    if (own !== label) return entry;
    if (!isProbability) return entry | signBit;
    scratch[0] = entries[i]! - 1;
    return scratchBits[0]! | signBit;
  };

  return {
    isInPlace: false,
    entriesAt: () => entries,
    labelsAt: () => labels,
    counts,
    weights,
    rawBytes: new Uint8Array(entries.buffer, 0, blockLength),
    rawLabels: bits,
    convertLabels: (raw, length, ignoreIndex, classCount, target) => {
      let isRight = true;
      for (let i = 0; i < length; i++) {
        let label = raw[i]!;
        if (label === ignoreIndex) label = ignoredLabel;
        else if (label >>> 0 >= classCount) {
          label = ignoredLabel;
          isRight = false;
        }
        target[i] = label;
        counts[label] = counts[label]! + 1;
      }
      return isRight;
    },
    allAreFinite: (_, length) => {
      let wrong = 0;
      for (let i = 0; i < length; i++) wrong |= bitsOfInfinity - 1 - (bits[i]! & bitsOfInfinity);
      return wrong >= 0;
    },
    findLowestError: (block, isChecked) => {
      let lowest = 0x7fffffff;
      for (let i = 0; i < block.length; i++) {
        if (isChecked && bits[i]! >>> 0 > bitsOfOne) return -1;
        if (labels[i] === block.label) lowest = Math.min(lowest, signedBits(i, block) & ~signBit);
      }
      return lowest;
    },
    countBins: (block) => {
      let highest = 0;
      for (let i = 0; i < block.length; i++) {
        highest = Math.max(highest, bits[i]! >>> 0);
        const bin = signedBits(i, block) >>> droppedBits;
        counts[bin] = counts[bin]! + 1;
      }
      return highest <= bitsOfOne;
    },
    findFirstCount: (start, length) => {
      let bin = 0;
      while (bin < length && counts[start + bin] === 0) bin += 1;
      return bin;
    },
    lookUpWeights: (block, target) => {
      // Sums are made in the order in which the lanes of WebAssembly make them.
      const lanes = new Float32Array(8);
      let even = 0;
      let odd = 0;
      for (let start = 0; start < block.length; start += stripLength) {
        lanes.fill(0);
        const end = Math.min(block.length, start + stripLength);
        for (let i = start; i < end; i++) {
          scratchBits[0] = signedBits(i, block);
          const weight = weights[scratchBits[0] >>> droppedBits]!;
          const isIgnored = labels[i] === ignoredLabel;
          if (!isIgnored) lanes[i % 8] = lanes[i % 8]! + Math.fround(weight * scratch[0]!);
          target[i] = weight;
        }
        even += Math.fround(lanes[0]! + lanes[4]!);
        odd += Math.fround(lanes[1]! + lanes[5]!);
        even += Math.fround(lanes[2]! + lanes[6]!);
        odd += Math.fround(lanes[3]! + lanes[7]!);
      }
      return even + odd;
    },
    reservePixels: (count) => {
      if (collected.doubles.length < count) {
        collected = createPixels(count);
        spare = createPixels(count);
      }
      reserved = count;
    },
    collectPixels: (block, lowest, first, count) => {
      const { words } = collected;
      let next = 2 * count;
      for (let i = 0; i < block.length; i++) {
        const error = signedBits(i, block) & ~signBit;
        if (error < lowest || error === bitsOfInfinity) continue;
        words[next] = 2 * (first + i) + (labels[i] === block.label ? 1 : 0);
        words[next + 1] = error;
        next += 2;
      }
      return next / 2;
    },
    sortPixels: (count, lowest) => {
      const { words } = collected;
      let highest = lowest;
      for (let i = 0; i < count; i++) highest = Math.max(highest, words[2 * i + 1]!);
      const bits = 32 - Math.clz32(highest - lowest);
      const passes = Math.ceil(bits / largestDigitBits);
      const digitBits = Math.ceil(bits / passes);
      for (let pass = 0; pass < passes; pass++) {
        scatter(collected, spare, count, lowest, pass * digitBits, digitCounts.subarray(0, 1 << digitBits));
        [collected, spare] = [spare, collected];
      }
    },
    weighPixels: (count, total, factor, flatAtZero) =>
      weigh(collected, count, new Float32Array(spare.doubles.buffer, 0, reserved), {
        total,
        factor,
        flatAtZero,
      }),
    pixelWeights: () => new Float32Array(spare.doubles.buffer, 0, reserved),
  };
}

/**
 * Pixels to be sorted, each in 64 bits: the bits of its error above, 2 · number + foreground below. Taken as one float64
 * this is a finite number, so that it can be moved at once. (Little-endian, as every platform of JavaScript is now.)
 */
interface Pixels {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
}

function createPixels(length: number): Pixels {
  const doubles = new Float64Array(length);
  return { doubles, words: new Uint32Array(doubles.buffer) };
}

/** One pass of a radix sort, by the digit of key − lowest at `shift`. */
function scatter(
  from: Pixels,
  to: Pixels,
  count: number,
  lowest: number,
  shift: number,
  offsets: Uint32Array,
): void {
  const { words, doubles } = from;
  const sorted = to.doubles;
  const mask = offsets.length - 1;
  offsets.fill(0);
  for (let i = 0; i < count; i++) {
    const digit = ((words[2 * i + 1]! - lowest) >>> shift) & mask;
    offsets[digit] = offsets[digit]! + 1;
  }
  let sum = 0;
  for (let digit = 0; digit <= mask; digit++) {
    const digitCount = offsets[digit]!;
    offsets[digit] = sum;
    sum += digitCount;
  }
  for (let i = 0; i < count; i++) {
    const digit = ((words[2 * i + 1]! - lowest) >>> shift) & mask;
    const at = offsets[digit]!;
    offsets[digit] = at + 1;
    sorted[at] = doubles[i]!;
  }
}

/** Writes the weights of sorted pixels, from the highest error down, and returns factor · Σ weight · error. */
function weigh(
  { words, doubles }: Pixels,
  count: number,
  weights: Float32Array,
  { total, factor, flatAtZero }: { total: number; factor: number; flatAtZero: boolean },
): number {
  const errors = new Float32Array(doubles.buffer);
  weights.fill(0);
  let loss = 0;
  let union = total;
  let intersection = total;
  for (let end = count; end > 0;) {
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
    } else if (end === count) {
      background = 1 / size;
    }
    loss += errors[2 * end - 1]! * (positives * foreground + (size - positives) * background);
    const flat = flatAtZero && key === 0;
    const foregroundWeight = flat ? 0 : -factor * foreground;
    const backgroundWeight = flat ? 0 : factor * background;
    for (let i = start; i < end; i++) {
      const tag = words[2 * i]!;
      weights[tag >>> 1] = (tag & 1) === 1 ? foregroundWeight : backgroundWeight;
    }
    union = below;
    intersection = left;
    end = start;
  }
  return factor * loss;
}
