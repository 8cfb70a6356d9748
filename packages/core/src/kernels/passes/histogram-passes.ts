import { allBins, droppedBits } from '../engines/bins.js';
import { engineOf } from '../engines/engine-of.js';
import { backgroundTieWeight, foregroundTieWeight } from '../engines/tie-weights.js';
import { countBlocks, visitBlocks, writeBack } from './blocks.js';
import type { Pass } from './pass.js';
import { type BinaryProblem, binaryProblem, clearGradient, type Weighting } from './weighting.js';

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
export const binCounts: Pass<Binning> = {
  count: ({ problems, segments }) => problems * segments,
  run: countInBins,
};

function countInBins(binning: Binning, task: number): number {
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
export const binWeights: Pass<Binning> = {
  count: ({ problems }) => problems,
  run: (binning, index) => {
    weighBins(binning, index);
    return 0;
  },
};

function weighBins(binning: Binning, index: number): void {
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
export const weightLookups: Pass<Binning> = {
  count: ({ problems, segments }) => problems * segments,
  run: lookUpWeights,
};

function lookUpWeights(binning: Binning, task: number): number {
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
