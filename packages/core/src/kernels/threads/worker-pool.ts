import { attachMemory, detachMemory } from '../engines/engine-of.js';
import { type PassData, type PassName, passNamed, type RunPass } from '../passes/passes.js';
import { SharedScratch } from '../input/scratch.js';
import { KernelMemory } from './kernel-memory.js';
import { errorLength, progressOf, type SharedJob, takeTasks } from './shared-job.js';
import { waitForTasks } from './wait-for-tasks.js';
import type { WorkerStart } from './worker-start.js';

/** Threads that share the work of kernels with the thread of the caller. */
export interface WorkerPool {
  /** All threads, with that of the caller. */
  readonly threads: number;
  /**
   * Makes an array of numbers, all 0, on memory of the pool, where the histogram of Lovász losses reads scores and writes
   * the gradient without copying them; other arrays on a SharedArrayBuffer do as well, more slowly. The memory is
   * given back when the pool and all its arrays are garbage.
   *
   * @throws RangeError when the length is not a natural number, or there is no such memory.
   */
  float32Array(length: number): Float32Array;
  /** What the kernels need of it. */
  readonly memory: KernelMemory;
  readonly scratch: SharedScratch;
  /** Runs the tasks of a pass and returns when all are done. */
  readonly run: RunPass;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** A thread that waits for jobs. */
export interface PoolThread {
  postMessage(job: SharedJob): void;
  end(): Promise<void>;
}

/** Starts a thread, in which `startWorker` is called, and waits until it is ready for jobs. */
export type StartThread = (start: WorkerStart) => Promise<PoolThread>;

/**
 * The pool of any environment.
 *
 * @throws RangeError when `threads` is not a positive integer.
 * @throws Error when a thread cannot be started.
 */
export async function startWorkerPool(threads: number, startThread: StartThread): Promise<WorkerPool> {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads is ${threads}; expected a positive integer`);
  }
  const memory = new KernelMemory(threads);
  const starts = await Promise.allSettled(
    Array.from({ length: threads - 1 }, (_, index) =>
      startThread({ id: memory.id, memory: memory.memory, thread: index + 1 }),
    ),
  );
  const workers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const endAll = async (): Promise<void> => {
    await Promise.all(workers.map((worker) => worker.end()));
  };
  const failed = starts.find((start) => start.status === 'rejected');
  if (failed !== undefined) {
    await endAll();
    const { message } = failed.reason as Error;
    throw new Error(`a thread of the pool cannot be started: ${message}`, { cause: failed.reason });
  }
  attachMemory(memory.id, memory.memory, 0);
  return {
    threads,
    float32Array: (length) => memory.float32Array(length),
    memory,
    scratch: new SharedScratch(),
    run: jobRunner(workers),
    close: async () => {
      detachMemory(memory.id);
      await endAll();
    },
  };
}

/** Runs passes as jobs that this thread and the workers share. */
function jobRunner(workers: readonly PoolThread[]): RunPass {
  const progress = new Int32Array(new SharedArrayBuffer(4 * Object.keys(progressOf).length));
  const error = new Uint16Array(new SharedArrayBuffer(2 * errorLength));
  let room = new Float64Array(new SharedArrayBuffer(8 * 1024));
  let broken: unknown;
  return (pass, data) => {
    if (broken !== undefined) {
      throw new Error('a thread of the pool has ended in an earlier call; create another pool', {
        cause: broken,
      });
    }
    const count = passNamed(pass).count(data);
    if (room.length < count) room = new Float64Array(new SharedArrayBuffer(16 * count));
    const results = room.subarray(0, count);
    Atomics.store(progress, progressOf.finished, 0);
    Atomics.store(progress, progressOf.errorLength, 0);
    const job: SharedJob = {
      pass,
      data: data as PassData<PassName>,
      first: Atomics.load(progress, progressOf.next),
      count,
      progress,
      results,
      error,
    };
    for (const worker of workers) worker.postMessage(job);
    takeTasks(job);
    try {
      waitForTasks(job);
    } catch (failure) {
      // Threads that may still work on this job would disturb the next.
      if (Atomics.load(progress, progressOf.finished) < count) broken = failure;
      throw failure;
    }
    return results.slice();
  };
}
