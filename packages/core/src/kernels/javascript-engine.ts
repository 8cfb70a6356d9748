import { allBins, droppedBits } from './bins.js';
import { type Block, blockLength, type Engine } from './engine.js';
import { ignoredLabel } from './pixel-labels.js';
import { backgroundTieWeight, foregroundTieWeight } from './tie-weights.js';

const largestDigitBits = 11;
const bitsOfOne = 0x3f800000;
const bitsOfMinusZero = -0x80000000;
const bitsOfMinusOne = 0xbf800000 | 0;
const exponentMask = 0x7f800000;

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);

/** The engine in plain JavaScript, where there is no WebAssembly SIMD. */
export function createJavaScriptEngine(): Engine {
  const entries = new Float32Array(blockLength + 3);
  const bits = new Int32Array(entries.buffer);
  const labels = new Uint16Array(blockLength + 3);
  const counts = new Int32Array(2 * allBins);
  const weights = new Float32Array(2 * allBins);
  const digitCounts = new Uint32Array(1 << largestDigitBits);
  let collected = createPixels(0);
  let spare = createPixels(0);
  let reserved = 0;

  /** The bits of the error of pixel i; those of −1 where it is ignored. */
  const errorBits = (i: number, { label, isProbability }: Block): number => {
    const own = labels[i]!;
    if (own === ignoredLabel) return bitsOfMinusOne;
    if (isProbability && own === label) {
      scratch[0] = 1 - entries[i]!;
      return scratchBits[0]!;
    }
    return bits[i] === bitsOfMinusZero ? 0 : bits[i]!;
  };
  const isProbabilityAt = (i: number): boolean => {
    const entry = bits[i]!;
    return (entry >= 0 && entry <= bitsOfOne) || entry === bitsOfMinusZero;
  };

  return {
    entriesAt: () => entries,
    labelsAt: () => labels,
    counts,
    weights,
    allAreFinite: (_, length) => {
      let wrong = 0;
      for (let i = 0; i < length; i++) wrong |= exponentMask - 1 - (bits[i]! & exponentMask);
      return wrong >= 0;
    },
    findLowestError: (block, isChecked) => {
      let lowest = 0x7fffffff;
      for (let i = 0; i < block.length; i++) {
        if (isChecked && !isProbabilityAt(i)) return -1;
        if (labels[i] === block.label) lowest = Math.min(lowest, errorBits(i, block));
      }
      return lowest;
    },
    countBins: (block, isChecked) => {
      let lowest = 0x7fffffff;
      let isWrong = false;
      for (let i = 0; i < block.length; i++) {
        if (isChecked && !isProbabilityAt(i)) isWrong = true;
        const error = errorBits(i, block);
        if (error < 0) continue;
        if (error < lowest) lowest = error;
        const bin = (error >>> droppedBits) + 1 + (labels[i] === block.label ? allBins : 0);
        counts[bin] = counts[bin]! + 1;
      }
      return isWrong ? -1 : lowest;
    },
    lookUpWeights: (block, lowest) => {
      // Four sums, as the four lanes of WebAssembly have.
      const sums: [number, number, number, number] = [0, 0, 0, 0];
      for (let i = 0; i < block.length; i++) {
        const error = errorBits(i, block);
        if (error < lowest) {
          entries[i] = 0;
          continue;
        }
        const weight = weights[(error >>> droppedBits) + 1 + (labels[i] === block.label ? allBins : 0)]!;
        scratchBits[0] = error;
        const lane = (i % 4) as 0 | 1 | 2 | 3;
        sums[lane] += Math.abs(weight) * scratch[0]!;
        entries[i] = weight;
      }
      return sums[0] + sums[2] + (sums[1] + sums[3]);
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
        const error = errorBits(i, block);
        if (error < lowest) continue;
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
