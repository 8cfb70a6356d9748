import { Worker } from 'node:worker_threads';
import { attachMemory, detachMemory } from './engines.js';
import { countTasks, type RunJob } from './job.js';
import { KernelMemory } from './kernel-memory.js';
import { takeTasks, type SharedJob } from './shared-job.js';
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
  /** Runs the tasks of a job and returns when all are done. */
  readonly run: RunJob;
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * Starts a pool of threads for `kernelLoss`, in Node. Calls stay synchronous, and any number of threads gives the same
 * bits. An open pool does not keep the process alive.
 *
 * @param threads how many threads work, with that of the caller.
 * @throws RangeError when it is not a positive integer.
 * @example
 * const pool = createWorkerPool(2);
 * const data = pool.float32Array(4);
 * data.set([2, -1, 0, 1]);
 * const gradient = pool.float32Array(4);
 * kernelLoss('lovasz-softmax', { data, shape: [2, 2] }, { data: [0, 1], shape: [2] }, { gradient, pool });
 * await pool.close();
 */
export function createWorkerPool(threads: number): WorkerPool {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads is ${threads}; expected a positive integer`);
  }
  const memory = new KernelMemory(threads);
  attachMemory(memory.id, memory.memory, 0);
  const workers = Array.from({ length: threads - 1 }, (_, index) => {
    const workerData: WorkerStart = { id: memory.id, memory: memory.memory, thread: index + 1 };
    // Options of the process, such as --input-type, may not fit a worker.
    const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [], workerData });
    worker.unref();
    return worker;
  });
  return {
    threads,
    float32Array: (length) => memory.float32Array(length),
    memory,
    run: (job) => {
      const tasks = countTasks(job);
      const shared: SharedJob = {
        job,
        progress: new Int32Array(new SharedArrayBuffer(12)),
        results: new Float64Array(new SharedArrayBuffer(8 * tasks)),
      };
      for (const worker of workers) worker.postMessage(shared);
      takeTasks(shared);
      waitForAll(shared);
      return shared.results;
    },
    close: async () => {
      detachMemory(memory.id);
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function waitForAll({ progress, results }: SharedJob): void {
  for (;;) {
    const finished = Atomics.load(progress, 1);
    if (finished === results.length) break;
    Atomics.wait(progress, 1, finished);
  }
  if (Atomics.load(progress, 2) !== 0) {
    throw new Error(
      'a task of the kernel failed, most likely for want of memory; the gradient is incomplete',
    );
  }
}
