import type { SharedJob } from './shared-job.js';

/**
 * Waits until all tasks of a job are done.
 *
 * @throws Error when one of them failed.
 */
export function waitForTasks({ progress, results }: SharedJob): void {
  isAllowedToBlock ??= askToBlock();
  for (;;) {
    const finished = Atomics.load(progress, 1);
    if (finished === results.length) break;
    // A thread that may not block asks again and again, no longer than the others take for the last task of each.
    if (isAllowedToBlock) Atomics.wait(progress, 1, finished);
  }
  if (Atomics.load(progress, 2) !== 0) {
    throw new Error(
      'a task of the kernel failed, most likely for want of memory; the gradient is incomplete',
    );
  }
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
