import { backgroundTieWeight, foregroundTieWeight } from './tie-weights.js';
import { type BinaryProblem, binaryProblem, clearGradient, type Weighting } from './weighting.js';

/**
 * Bits of a float32 error that do not tell bins apart. What is left is the exponent and the 10 highest bits of the
 * fraction: 130,049 bins in 0…1, each 2⁻¹⁰ of its own lower edge wide. Measured at probabilities of a trained network,
 * one bit less makes the errors of loss and gradient 3 to 4 times as large; one more doubles what a problem costs
 * whatever its size.
 */
const droppedBits = 13;

/** Without the sign, so that −0 is 0. */
const binMask = (1 << (31 - droppedBits)) - 1;

const scratch = new Float32Array(1);
const scratchBits = new Int32Array(scratch.buffer);
const binOf = (error: number): number => {
  scratch[0] = error;
  return (scratchBits[0]! >>> droppedBits) & binMask;
};

/** Bins of errors in 0…1, and of any error. */
const probabilityBins = binOf(1) + 1;
const allBins = binMask + 1;

/** Tables that are kept from call to call: four numbers for each bin. */
const background = new Int32Array(allBins);
const foreground = new Int32Array(allBins);
const backgroundWeights = new Float32Array(allBins);
const foregroundWeights = new Float32Array(allBins);

/** The gradient of the foreground, which may only be written when all errors have been read. */
let kept = new Float32Array(0);

/**
 * The Lovász weights of one binary problem by counting in bins, in two passes over the pixels and none of sorting.
 *
 * A bin is a range of the bits of the float32 error, and the pixels of one bin are a tie. The loss is Σ m·w with the
 * errors themselves. It is never above the exact loss L (but for rounding), which is the largest of Σ m·w over all
 * orders; and L − loss ≤ 2⁻¹⁰·L for errors of at least 1e-38, since the errors of a bin differ by at most 2⁻¹⁰ of
 * themselves and their weights have the same sum either way. With b background pixels in the bin and U₀ the union above
 * it, the weight of a foreground pixel is off by at most b / (2·U₀) of itself; a pixel alone in its bin has its exact
 * weight.
 *
 * @param weighting of errors that are finite and ≥ 0.
 * @param q the problem.
 * @returns factor · loss.
 */
export function weighByHistogram(weighting: Weighting, q: number): number {
  const problem = binaryProblem(weighting, q);
  const { errors, gradient, isProbability, flatAtZero } = weighting;
  const { firstImage, images, pixels, imageStride, pixelStride, classOffset } = problem;
  if (problem.factor === 0) {
    clearGradient(gradient, problem);
    return 0;
  }
  const bits = new Int32Array(errors.buffer, errors.byteOffset, errors.length);
  const bins = isProbability ? probabilityBins : allBins;
  background.fill(0, 0, bins);
  foreground.fill(0, 0, bins);
  for (let image = 0; image < images; image++) {
    const start = (firstImage + image) * imageStride + classOffset;
    countBins(bits, start, start + pixels * pixelStride, pixelStride);
  }
  const { places } = weighting.lists;
  moveForeground(errors, places, problem, isProbability);
  uncountVoid(errors, places, problem);

  fillTables(bins, problem.foregroundEnd - problem.foregroundStart, problem.factor);
  if (flatAtZero) {
    foregroundWeights[0] = 0;
    backgroundWeights[0] = 0;
  }

  // Listed pixels first: their entries are read here before the look-up may overwrite them.
  let loss = 0;
  const total = problem.foregroundEnd - problem.foregroundStart;
  if (kept.length < total) kept = new Float32Array(total);
  for (let i = problem.foregroundStart; i < problem.foregroundEnd; i++) {
    const entry = errors[places[i]! + classOffset]!;
    const error = isProbability ? Math.fround(1 - entry) : entry;
    const weight = foregroundWeights[binOf(error)]!;
    kept[i - problem.foregroundStart] = -weight;
    loss += weight * error - backgroundWeights[binOf(entry)]! * entry;
  }
  for (let i = problem.voidStart; i < problem.voidEnd; i++) {
    const entry = errors[places[i]! + classOffset]!;
    loss -= backgroundWeights[binOf(entry)]! * entry;
  }
  for (let image = 0; image < images; image++) {
    const start = (firstImage + image) * imageStride + classOffset;
    loss += lookUpWeights(bits, errors, gradient, start, start + pixels * pixelStride, pixelStride);
  }
  for (let i = 0; i < total; i++) gradient[places[problem.foregroundStart + i]! + classOffset] = kept[i]!;
  for (let i = problem.voidStart; i < problem.voidEnd; i++) gradient[places[i]! + classOffset] = 0;
  return loss;
}

function countBins(bits: Int32Array, start: number, end: number, stride: number): void {
  for (let place = start; place < end; place += stride) {
    const bin = (bits[place]! >>> droppedBits) & binMask;
    background[bin] = background[bin]! + 1;
  }
}

/** All pixels have been counted as background: those that are not are taken out again. */
function moveForeground(
  errors: Float32Array,
  places: Uint32Array,
  { classOffset, foregroundStart, foregroundEnd }: BinaryProblem,
  isProbability: boolean,
): void {
  for (let i = foregroundStart; i < foregroundEnd; i++) {
    const entry = errors[places[i]! + classOffset]!;
    const counted = binOf(entry);
    const bin = isProbability ? binOf(1 - entry) : counted;
    background[counted] = background[counted]! - 1;
    foreground[bin] = foreground[bin]! + 1;
  }
}

function uncountVoid(
  errors: Float32Array,
  places: Uint32Array,
  { classOffset, voidStart, voidEnd }: BinaryProblem,
): void {
  for (let i = voidStart; i < voidEnd; i++) {
    const bin = binOf(errors[places[i]! + classOffset]!);
    background[bin] = background[bin]! - 1;
  }
}

/** The weights of each bin, times the factor, from the counts; from the highest bin down. */
function fillTables(bins: number, total: number, factor: number): void {
  // A bin may hold none but listed pixels: its background weight is read for them, and must not be an old one.
  backgroundWeights.fill(0, 0, bins);
  let union = total;
  let intersection = total;
  for (let bin = bins - 1; bin >= 0; bin--) {
    const positives = foreground[bin]!;
    const negatives = background[bin]!;
    if (positives + negatives === 0) continue;
    if (total === 0) {
      backgroundWeights[bin] = factor / negatives;
      return;
    }
    // Below the last foreground pixel no error counts.
    if (intersection === 0) return;
    const below = union + negatives;
    const left = intersection - positives;
    foregroundWeights[bin] = factor * foregroundTieWeight(union, below);
    backgroundWeights[bin] = factor * backgroundTieWeight(intersection + left, union, below);
    union = below;
    intersection = left;
  }
}

/** Writes the weight of each pixel as if it were background, and returns Σ weight · error. */
function lookUpWeights(
  bits: Int32Array,
  errors: Float32Array,
  gradient: Float32Array,
  start: number,
  end: number,
  stride: number,
): number {
  // Four sums at a time, so that an addition need not wait for the one before it.
  let [sum, second, third, fourth] = [0, 0, 0, 0];
  let place = start;
  for (const last = end - 3 * stride; place < last; place += 4 * stride) {
    const place1 = place + stride;
    const place2 = place1 + stride;
    const place3 = place2 + stride;
    const weight = backgroundWeights[(bits[place]! >>> droppedBits) & binMask]!;
    const weight1 = backgroundWeights[(bits[place1]! >>> droppedBits) & binMask]!;
    const weight2 = backgroundWeights[(bits[place2]! >>> droppedBits) & binMask]!;
    const weight3 = backgroundWeights[(bits[place3]! >>> droppedBits) & binMask]!;
    sum += weight * errors[place]!;
    second += weight1 * errors[place1]!;
    third += weight2 * errors[place2]!;
    fourth += weight3 * errors[place3]!;
    gradient[place] = weight;
    gradient[place1] = weight1;
    gradient[place2] = weight2;
    gradient[place3] = weight3;
  }
  for (; place < end; place += stride) {
    const weight = backgroundWeights[(bits[place]! >>> droppedBits) & binMask]!;
    sum += weight * errors[place]!;
    gradient[place] = weight;
  }
  return sum + second + third + fourth;
}
