import { readError } from './error-message.js';
import { progressOf, type SharedJob } from './shared-job.js';

/** Longer than any task: a thread that finishes none for so long has ended. */
const longestTask = 60_000;

/**
 * Waits until all tasks of a job are done.
 *
 * @param patience for how many milliseconds no task may be finished.
 * @throws Error when one of them failed, with what it threw as its cause; or when a thread has ended in the middle of one.
 */
export function waitForTasks(job: SharedJob, patience: number = longestTask): void {
  const { pass, count, progress, error } = job;
  isAllowedToBlock ??= askToBlock();
  let finished = Atomics.load(progress, progressOf.finished);
  let since = performance.now();
  while (finished < count) {
    // A thread that may not block asks again and again, no longer than the others take for the last task of each.
    if (isAllowedToBlock) Atomics.wait(progress, progressOf.finished, finished, patience);
    const now = Atomics.load(progress, progressOf.finished);
    if (now !== finished) since = performance.now();
    else if (performance.now() - since >= patience) {
      throw new Error(
        `${count - finished} of ${count} tasks of the pass "${pass}" were taken by threads of the pool that have not ` +
          `finished one for ${patience / 1000} s: they have ended, and the gradient is incomplete; close the pool`,
      );
    }
    finished = now;
  }
  const length = Atomics.load(progress, progressOf.errorLength);
  if (length === 0) return;
  const cause = readError(String.fromCharCode(...error.subarray(0, length)));
  throw new Error(
    `a task of the pass "${pass}" failed, and the gradient is incomplete: ${cause.name}: ${cause.message}`,
    { cause },
  );
}

let isAllowedToBlock: boolean | undefined;

/** Whether this thread may block. The main thread of a page may not: `Atomics.wait` throws, whatever it is called with. */
function askToBlock(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1);
    return true;
  } catch {
    return false;
  }
}
