import { parentPort } from 'node:worker_threads';
import { guardedWork } from './guarded-worker.js';
import { judge } from './judge.js';
import { mutationOf, type Specimen } from './specimen.js';

/** What a worker of the fuzz is given. */
export interface FuzzWork {
  readonly specimens: readonly Specimen[];
  readonly seed: number;
  /** How far the memory of the process may grow during one index, in bytes. */
  readonly growth: number;
}

/** What it tells of one index. */
export interface FuzzMessage {
  readonly index: number;
  readonly kind: 'valid' | 'refused' | 'failure';
  readonly message: string;
}

const { data, indices } = guardedWork<FuzzWork>();
let peak = process.resourceUsage().maxRSS;
for (const index of indices) {
  const specimen = data.specimens[index % data.specimens.length]!;
  const verdict = judge(mutationOf(specimen, data.seed, index).bytes, specimen);
  const grown = 1024 * (process.resourceUsage().maxRSS - peak);
  peak = process.resourceUsage().maxRSS;
  const message: FuzzMessage =
    grown > data.growth
      ? { index, kind: 'failure', message: `memory grew by ${grown} bytes` }
      : { index, kind: verdict.kind, message: 'message' in verdict ? verdict.message : '' };
  parentPort!.postMessage(message);
}
