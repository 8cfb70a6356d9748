import { allBins, droppedBits, probabilityBins } from './bins.js';
import { countBlocks, visitBlocks, writeBack } from './blocks.js';
import { engineOf } from './engines.js';
import type { RunJob } from './job.js';
import type { Allocate } from './pixel-labels.js';
import { backgroundTieWeight, foregroundTieWeight } from './tie-weights.js';
import { type BinaryProblem, binaryProblem, clearGradient, type Weighting } from './weighting.js';

/** Pixels of one problem that are counted as one task. */
const segmentPixels = 1 << 22;
/** Problems are binned together as long as their tables are no more than this, one megabyte each. */
const mostTables = 32;

/** The bin of −∞, which the engines count ignored pixels in. */
const ignoredBin = allBins + (0x7f800000 >>> droppedBits);

/** Some of the problems of a weighting, and a table for every segment of each. */
export interface Binning {
  readonly weighting: Weighting;
  /** Whether entries outside 0…1 are looked for. */
  readonly isChecked: boolean;
  readonly firstProblem: number;
  readonly problems: number;
  /** Each problem is cut into as many. */
  readonly segments: number;
  readonly bins: number;
  /** The lowest bin of each segment that was counted; then, in the first of a problem, the lowest that has a weight. */
  readonly lowestBins: Int32Array;
  /** Of each segment, first the counts of background in each bin, then those of foreground; later the weights. */
  readonly tables: Int32Array;
}

/**
 * The Lovász weights of all problems by counting in bins, in two passes over the pixels and none of sorting.
 *
 * A bin is a range of the bits of the float32 error, and the pixels of one bin are a tie. The loss is Σ m·w with the
 * errors themselves. It is never above the exact loss L (but for rounding), which is the largest of Σ m·w over all
 * orders; and L − loss ≤ 2⁻¹⁰·L for errors of at least 1e-38, since the errors of a bin differ by at most 2⁻¹⁰ of
 * themselves and their weights have the same sum either way. With b background pixels in the bin and U₀ the union above
 * it, the weight of a foreground pixel is off by at most b / (2·U₀) of itself; a pixel alone in its bin has its exact
 * weight.
 *
 * @param weighting of errors that are finite and ≥ 0, or, with `refuse`, of any numbers that should be probabilities.
 * @param refuse is called when entries may be outside 0…1, before anything has been written.
 * @returns Σ factor · loss.
 */
export function weighByHistogram(
  run: RunJob,
  weighting: Weighting,
  allocate: Allocate,
  refuse?: () => void,
): number {
  const problems = weighting.factors.length;
  const { images, pixels } = binaryProblem(weighting, 0);
  const segments = Math.max(1, Math.floor((images * pixels) / segmentPixels));
  const atOnce = Math.min(problems, Math.max(1, Math.floor(mostTables / segments)));
  const isChecked = refuse !== undefined;
  if (isChecked && atOnce < problems) {
    const lowest = new Int32Array(0);
    if (run({ name: 'lowest errors', sorting: { weighting, isChecked, lowest } }).includes(-1)) refuse();
  }
  const bins = weighting.areAtMostOne ? probabilityBins : allBins;
  const lowestBins = new Int32Array(allocate(4 * atOnce * segments));
  const tables = new Int32Array(allocate(8 * atOnce * segments * bins));
  let loss = 0;
  for (let firstProblem = 0; firstProblem < problems; firstProblem += atOnce) {
    const binning: Binning = {
      weighting,
      isChecked: isChecked && atOnce === problems,
      firstProblem,
      problems: Math.min(atOnce, problems - firstProblem),
      segments,
      bins,
      lowestBins,
      tables,
    };
    if (run({ name: 'bin counts', binning }).includes(1)) refuse?.();
    run({ name: 'bin weights', binning });
    for (const part of run({ name: 'look up weights', binning })) loss += part;
  }
  return loss;
}

/** The problem, the blocks and the tables of a task. */
function taskOf({ weighting, firstProblem, segments, bins, tables }: Binning, task: number) {
  const segment = task % segments;
  const problem: BinaryProblem = binaryProblem(weighting, firstProblem + Math.floor(task / segments));
  const blocks = countBlocks(problem);
  const start = 2 * bins * task;
  return {
    problem,
    range: [
      Math.floor((blocks * segment) / segments),
      Math.floor((blocks * (segment + 1)) / segments),
    ] as const,
    background: tables.subarray(start, start + bins),
    foreground: tables.subarray(start + bins, start + 2 * bins),
  };
}

/** Counts the pixels of a segment in bins. Returns 1 if an entry is no probability and that is to be found. */
export function countInBins(binning: Binning, task: number): number {
  const { weighting, isChecked, bins, lowestBins } = binning;
  const { problem, range, background, foreground } = taskOf(binning, task);
  if (problem.factor === 0 && !isChecked) return 0;
  const engine = engineOf(weighting);
  let isWrong = false;
  visitBlocks(engine, weighting, problem, range, (block) => {
    if (!engine.countBins(block) && isChecked) isWrong = true;
  });
  const { counts } = engine;
  // Ignored pixels have a bin of their own.
  counts[ignoredBin] = 0;
  const lowestBin = Math.min(engine.findFirstCount(0, bins), engine.findFirstCount(allBins, bins));
  lowestBins[task] = lowestBin;
  for (const [table, start] of [
    [background, 0],
    [foreground, allBins],
  ] as const) {
    table.set(counts.subarray(start + lowestBin, start + bins), lowestBin);
    // What is no probability may be in any bin.
    counts.fill(0, start + lowestBin, start + (isWrong ? allBins : bins));
  }
  return isWrong ? 1 : 0;
}

/** Replaces the counts of a problem, in its first segment, by the weights of each bin times the factor. */
export function weighBins(binning: Binning, index: number): void {
  const { segments, weighting, lowestBins, bins } = binning;
  const first = index * segments;
  const { problem, background, foreground } = taskOf(binning, first);
  const { factor, total } = problem;
  if (factor === 0) return;
  let lowestBin = lowestBins[first]!;
  for (let task = first + 1; task < first + segments; task++) {
    const other = taskOf(binning, task);
    // Below the lowest bin there is what an earlier call has left.
    for (; lowestBin > lowestBins[task]!; lowestBin--)
      background[lowestBin - 1] = foreground[lowestBin - 1] = 0;
    for (let bin = lowestBins[task]!; bin < bins; bin++) {
      background[bin] = background[bin]! + other.background[bin]!;
      foreground[bin] = foreground[bin]! + other.foreground[bin]!;
    }
  }
  const backgroundWeights = floatsOf(background);
  const foregroundWeights = floatsOf(foreground);
  let union = total;
  let intersection = total;
  let bin = bins - 1;
  if (total === 0) {
    while (bin > 0 && background[bin] === 0) bin -= 1;
    backgroundWeights[bin] = factor / background[bin]!;
  } else {
    // Below the last foreground pixel no error counts.
    for (; intersection > 0; bin--) {
      const positives = foreground[bin]!;
      const negatives = background[bin]!;
      if (positives + negatives === 0) continue;
      const below = union + negatives;
      const left = intersection - positives;
      foregroundWeights[bin] = -factor * foregroundTieWeight(union, below);
      backgroundWeights[bin] = factor * backgroundTieWeight(intersection + left, union, below);
      union = below;
      intersection = left;
    }
    bin += 1;
  }
  lowestBins[first] = bin;
  if (weighting.flatAtZero && bin === 0) backgroundWeights[0] = foregroundWeights[0] = 0;
}

/** Writes the gradient of a segment, and returns its share of the loss. */
export function lookUpWeights(binning: Binning, task: number): number {
  const { weighting, segments, bins, lowestBins } = binning;
  const { problem, range } = taskOf(binning, task);
  const first = task - (task % segments);
  if (problem.factor === 0) {
    if (task === first) clearGradient(weighting.gradient, problem);
    return 0;
  }
  const { background, foreground } = taskOf(binning, first);
  const lowestBin = lowestBins[first]!;
  const engine = engineOf(weighting);
  const { weights } = engine;
  weights.set(floatsOf(background).subarray(lowestBin), lowestBin);
  weights.set(floatsOf(foreground).subarray(lowestBin), allBins + lowestBin);
  let loss = 0;
  visitBlocks(engine, weighting, problem, range, (block) => {
    loss += engine.lookUpWeights(block, block.target);
    writeBack(block, weighting.gradient);
  });
  weights.fill(0, lowestBin, bins);
  weights.fill(0, allBins + lowestBin, allBins + bins);
  return loss;
}

function floatsOf({ buffer, byteOffset, length }: Int32Array): Float32Array {
  return new Float32Array(buffer, byteOffset, length);
}
