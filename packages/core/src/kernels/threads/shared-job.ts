import { type PassData, type PassName, passNamed } from '../passes/passes.js';
import { writeError } from './error-message.js';

/** Where the numbers of {@link SharedJob.progress} are. */
export const progressOf = { next: 0, finished: 1, errorLength: 2 } as const;

/** Room for the first error of a job, as text in UTF-16. */
export const errorLength = 4096;

/**
 * The tasks of a pass, which several threads work on. All its memory is shared, and kept for later jobs.
 *
 * Tasks are numbered on through all jobs of a pool, modulo 2³²: a thread that is late never takes one of a later job.
 */
export interface SharedJob {
  readonly pass: PassName;
  readonly data: PassData<PassName>;
  /** The number of its first task, and of tasks. */
  readonly first: number;
  readonly count: number;
  /** The number of the next task, how many are finished, and the length of the text of an error, 0 if there is none. */
  readonly progress: Int32Array;
  /** The result of each task. */
  readonly results: Float64Array;
  readonly error: Uint16Array;
}

/** Takes one task after another until none is left. */
export function takeTasks(job: SharedJob): void {
  const { first, count, progress, results } = job;
  const pass = passNamed(job.pass);
  for (;;) {
    const next = Atomics.load(progress, progressOf.next);
    const task = (next - first) | 0;
    if (task < 0 || task >= count) return;
    if (Atomics.compareExchange(progress, progressOf.next, next, (next + 1) | 0) !== next) continue;
    try {
      results[task] = pass.run(job.data, task);
    } catch (error) {
      report(job, error);
    }
    Atomics.add(progress, progressOf.finished, 1);
    Atomics.notify(progress, progressOf.finished);
  }
}

/** Leaves the first error of a job where the caller finds it. */
function report({ progress, error: room }: SharedJob, error: unknown): void {
  let text = writeError(error);
  // What is too long loses its place, and then its end.
  if (text.length > room.length) text = writeError(new Error(String(error).slice(0, room.length / 4)));
  if (Atomics.compareExchange(progress, progressOf.errorLength, 0, text.length) !== 0) return;
  for (let i = 0; i < text.length; i++) room[i] = text.charCodeAt(i);
}
