import { type Job, runTask } from './job.js';

/** A job that several threads work on. All its memory is shared. */
export interface SharedJob {
  readonly job: Job;
  /** The next task, the number of finished tasks, and the number of those that failed. */
  readonly progress: Int32Array;
  /** The result of each task. */
  readonly results: Float64Array;
}

/** Takes one task after another until none is left. */
export function takeTasks({ job, progress, results }: SharedJob): void {
  for (;;) {
    const task = Atomics.add(progress, 0, 1);
    if (task >= results.length) return;
    try {
      results[task] = runTask(job, task);
    } catch {
      Atomics.add(progress, 2, 1);
    }
    Atomics.add(progress, 1, 1);
    Atomics.notify(progress, 1);
  }
}
