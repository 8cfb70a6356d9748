import type { InputKind } from '../losses/options.js';
import {
  type BinaryScores,
  eluErrorsOf,
  eluGradient,
  marginErrorsOf,
  sigmoidErrorsOf,
  sigmoidGradient,
} from './binary-passes.js';
import { areSurelyRight } from './check-scores-quickly.js';
import { type Softmax, softmaxErrors, softmaxGradient } from './softmax-passes.js';
import { weighByHistogram } from './weigh-by-histogram.js';
import { weighBySorting } from './weigh-by-sorting.js';
import type { Weighting } from './weighting.js';

/** Entries that are checked as one task. */
const checkedAtOnce = 1 << 18;

/**
 * One pass over the data, in tasks that do not depend on each other. A task's number is the same whichever thread runs
 * it, so that any number of threads gives the same bits.
 */
export type Job =
  | { readonly name: 'check'; readonly scores: Float32Array; readonly kind: InputKind }
  | { readonly name: 'softmax errors' | 'softmax gradient'; readonly softmax: Softmax }
  | {
      readonly name: 'margin errors' | 'elu errors' | 'elu gradient' | 'sigmoid errors' | 'sigmoid gradient';
      readonly binary: BinaryScores;
    }
  | { readonly name: 'exact weights' | 'histogram weights'; readonly weighting: Weighting };

/** The number of tasks. */
export function countTasks(job: Job): number {
  switch (job.name) {
    case 'check':
      return Math.ceil(job.scores.length / checkedAtOnce);
    case 'softmax errors':
    case 'softmax gradient':
      return job.softmax.layout.images;
    case 'elu gradient':
    case 'sigmoid gradient':
      return job.binary.weighting.layout.images;
    case 'margin errors':
    case 'elu errors':
    case 'sigmoid errors':
      return job.binary.weighting.factors.length;
    case 'exact weights':
    case 'histogram weights':
      return job.weighting.factors.length;
  }
}

/**
 * Runs one task.
 *
 * @returns its share of the loss; of a check, 1 if the scores may be wrong; otherwise 0.
 */
export function runTask(job: Job, task: number): number {
  switch (job.name) {
    case 'check': {
      const end = Math.min(job.scores.length, (task + 1) * checkedAtOnce);
      return areSurelyRight(job.scores, job.kind, task * checkedAtOnce, end) ? 0 : 1;
    }
    case 'softmax errors':
      softmaxErrors(job.softmax, task);
      return 0;
    case 'softmax gradient':
      return softmaxGradient(job.softmax, task);
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
      return weighBySorting(job.weighting, task);
    case 'histogram weights':
      return weighByHistogram(job.weighting, task);
  }
}

/** Runs the tasks of a job, on as many threads as it has, and returns their results in the order of the tasks. */
export type RunJob = (job: Job) => Float64Array;

/** Runs a job on the thread of the caller. */
export const runHere: RunJob = (job) =>
  Float64Array.from({ length: countTasks(job) }, (_, task) => runTask(job, task));
