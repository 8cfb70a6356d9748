import {
  type BinaryScores,
  eluErrorsOf,
  eluGradient,
  marginErrorsOf,
  sigmoidErrorsOf,
  sigmoidGradient,
} from './binary-passes.js';
import {
  binaryCrossEntropyOf,
  type ClassProbabilities,
  crossEntropyOfLogits,
  crossEntropyOfProbabilities,
} from './cross-entropy-passes.js';
import { blockLength } from './engine.js';
import { type EngineName, engineOf, type MemoryId } from './engines.js';
import { hingeOf } from './hinge-pass.js';
import { type Softmax, softmaxErrors, softmaxGradient } from './softmax-passes.js';
import { type Binning, countInBins, lookUpWeights, weighBins } from './weigh-by-histogram.js';
import { weighBySoftJaccard } from './weigh-by-soft-jaccard.js';
import { findLowestError, type Sorting, weighBySorting } from './weigh-by-sorting.js';
import type { Weighting } from './weighting.js';

/** Entries that are checked as one task. */
const checkedAtOnce = 64 * blockLength;

/**
 * One pass over the data, in tasks that do not depend on each other. A task's number is the same whichever thread runs
 * it, so that any number of threads gives the same bits.
 */
export type Job =
  | {
      readonly name: 'check';
      readonly logits: Float32Array;
      readonly engine: EngineName;
      readonly memory: MemoryId | undefined;
    }
  | {
      readonly name: 'softmax errors' | 'softmax gradient' | 'cross-entropy of logits';
      readonly softmax: Softmax;
    }
  | { readonly name: 'cross-entropy of probabilities'; readonly probabilities: ClassProbabilities }
  | { readonly name: 'hinge' | 'binary cross-entropy'; readonly binary: BinaryScores }
  | { readonly name: 'soft-jaccard weights'; readonly weighting: Weighting }
  | {
      readonly name: 'margin errors' | 'elu errors' | 'elu gradient' | 'sigmoid errors' | 'sigmoid gradient';
      readonly binary: BinaryScores;
    }
  | { readonly name: 'lowest errors' | 'exact weights'; readonly sorting: Sorting }
  | {
      readonly name: 'bin counts' | 'bin weights' | 'look up weights';
      readonly binning: Binning;
    };

/** The number of tasks. */
export function countTasks(job: Job): number {
  switch (job.name) {
    case 'check':
      return Math.ceil(job.logits.length / checkedAtOnce);
    case 'softmax errors':
    case 'softmax gradient':
    case 'cross-entropy of logits':
      return job.softmax.layout.images;
    case 'cross-entropy of probabilities':
      return job.probabilities.layout.images;
    case 'soft-jaccard weights':
      return job.weighting.factors.length;
    case 'elu gradient':
    case 'sigmoid gradient':
      return job.binary.weighting.layout.images;
    case 'hinge':
    case 'binary cross-entropy':
    case 'margin errors':
    case 'elu errors':
    case 'sigmoid errors':
      return job.binary.weighting.factors.length;
    case 'lowest errors':
    case 'exact weights':
      return job.sorting.weighting.factors.length;
    case 'bin weights':
      return job.binning.problems;
    case 'bin counts':
    case 'look up weights':
      return job.binning.problems * job.binning.segments;
  }
}

/**
 * Runs one task.
 *
 * @returns its share of the loss, or what else the caller adds up or compares; of a check, 1 if scores are wrong.
 */
export function runTask(job: Job, task: number): number {
  switch (job.name) {
    case 'check':
      return areFinite(job, task) ? 0 : 1;
    case 'softmax errors':
      softmaxErrors(job.softmax, task);
      return 0;
    case 'softmax gradient':
      return softmaxGradient(job.softmax, task);
    case 'soft-jaccard weights':
      return weighBySoftJaccard(job.weighting, task);
    case 'cross-entropy of logits':
      return crossEntropyOfLogits(job.softmax, task);
    case 'cross-entropy of probabilities':
      return crossEntropyOfProbabilities(job.probabilities, task);
    case 'binary cross-entropy':
      return binaryCrossEntropyOf(job.binary, task);
    case 'hinge':
      return hingeOf(job.binary, task);
    case 'margin errors':
      marginErrorsOf(job.binary, task);
      return 0;
    case 'elu errors':
      eluErrorsOf(job.binary, task);
      return 0;
    case 'elu gradient':
      eluGradient(job.binary, task);
      return 0;
    case 'sigmoid errors':
      sigmoidErrorsOf(job.binary, task);
      return 0;
    case 'sigmoid gradient':
      sigmoidGradient(job.binary, task);
      return 0;
    case 'exact weights':
      return weighBySorting(job.sorting, task);
    case 'lowest errors':
      return findLowestError(job.sorting, task);
    case 'bin counts':
      return countInBins(job.binning, task);
    case 'bin weights':
      weighBins(job.binning, task);
      return 0;
    case 'look up weights':
      return lookUpWeights(job.binning, task);
  }
}

/** Runs the tasks of a job, on as many threads as it has, and returns their results in the order of the tasks. */
export type RunJob = (job: Job) => Float64Array;

/** Runs a job on the thread of the caller. */
export const runHere: RunJob = (job) =>
  Float64Array.from({ length: countTasks(job) }, (_, task) => runTask(job, task));

function areFinite(job: Job & { readonly name: 'check' }, task: number): boolean {
  const { logits } = job;
  const engine = engineOf(job);
  const end = Math.min(logits.length, (task + 1) * checkedAtOnce);
  for (let start = task * checkedAtOnce; start < end; start += blockLength) {
    let length = Math.min(blockLength, end - start);
    let block = logits.subarray(start, start + length);
    if (!engine.isInPlace || length % 4 !== 0) {
      const copy = engine.entriesAt(block.byteOffset);
      copy.set(block);
      for (; length % 4 !== 0; length++) copy[length] = 0;
      block = copy;
    }
    if (!engine.allAreFinite(block, length)) return false;
  }
  return true;
}
