import { Worker } from 'node:worker_threads';
import { countTasks, type RunJob } from './job.js';
import { takeTasks, type SharedJob } from './shared-job.js';

/** Threads that share the work of kernels with the thread of the caller. */
export interface WorkerPool {
  /** All threads, with that of the caller. */
  readonly threads: number;
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
 * const shared = (values) => {
 *   const data = new Float32Array(new SharedArrayBuffer(4 * values.length));
 *   data.set(values);
 *   return data;
 * };
 * const logits = { data: shared([2, -1, 0, 1]), shape: [2, 2] };
 * kernelLoss('lovasz-softmax', logits, { data: [0, 1], shape: [2] }, { pool });
 * await pool.close();
 */
export function createWorkerPool(threads: number): WorkerPool {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new RangeError(`threads is ${threads}; expected a positive integer`);
  }
  const workers = Array.from({ length: threads - 1 }, () => {
    // Options of the process, such as --input-type, may not fit a worker.
    const worker = new Worker(new URL('./worker.js', import.meta.url), { execArgv: [] });
    worker.unref();
    return worker;
  });
  return {
    threads,
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
