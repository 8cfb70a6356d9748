import { Worker } from 'node:worker_threads';

/** One item of a run that came to nothing: it took too long, or too much memory. */
export interface Loss {
  readonly index: number;
  readonly message: string;
}

export interface GuardedRun {
  /** A module that calls `nextIndex` of `guarded-worker` for each index. */
  readonly script: URL;
  /** What the script is given beside the shared counters. */
  readonly data: unknown;
  readonly from: number;
  readonly to: number;
  /** How much processor time one index may take, in milliseconds. */
  readonly deadline: number;
  /** The largest heap in MiB. */
  readonly heap: number;
  readonly onMessage: (message: unknown) => void;
  readonly onLoss: (loss: Loss) => void;
}

/** Positions in the counters that the thread and its guard share. */
export const counters = { next: 0, begun: 1, size: 2 } as const;

/**
 * Works through indices in a thread of its own, and goes on behind an index that hangs or dies of memory.
 *
 * Time is that of the processor and not of the clock, so that a busy machine does not make a hang.
 */
export async function guardedRun(run: GuardedRun): Promise<void> {
  const shared = new Float64Array(new SharedArrayBuffer(8 * counters.size));
  shared[counters.next] = run.from;
  while (shared[counters.next]! < run.to) {
    const loss = await workUntilLoss(run, shared);
    if (loss === undefined) return;
    run.onLoss({ index: shared[counters.next]!, message: loss });
    shared[counters.next]! += 1;
  }
}

/** @returns why the index at hand was lost; `undefined` when all are done. */
function workUntilLoss(run: GuardedRun, shared: Float64Array): Promise<string | undefined> {
  return new Promise((resolve) => {
    const worker = new Worker(run.script, {
      workerData: { data: run.data, shared, to: run.to },
      resourceLimits: { maxOldGenerationSizeMb: run.heap },
    });
    let lost: string | undefined;
    let seen = { index: -1, processor: 0 };
    const watch = setInterval(() => {
      const { user, system } = process.cpuUsage();
      const processor = (user + system) / 1000;
      if (shared[counters.next] !== seen.index) seen = { index: shared[counters.next]!, processor };
      else if (processor - seen.processor > run.deadline && shared[counters.begun] === seen.index) {
        lost ??= `took more than ${run.deadline} ms`;
        void worker.terminate();
      }
    }, 100);
    worker.on('message', run.onMessage);
    worker.on('error', (error) => {
      lost ??= error.message;
    });
    worker.on('exit', () => {
      clearInterval(watch);
      resolve(lost);
    });
  });
}
