import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type StartThread, startWorkerPool, type WorkerPool } from './worker-pool.js';

export type { WorkerPool } from './worker-pool.js';

/**
 * Starts a pool of threads for `kernelLoss`, in Node and in browsers. Calls stay synchronous, and any number of threads
 * gives the same bits. An open pool does not keep a process of Node alive.
 *
 * In a browser, the page must be cross-origin isolated. Its main thread may not block: while the other threads finish
 * their last tasks of a pass, it spins.
 *
 * @param threads how many threads work, with that of the caller.
 * @returns the pool, when all threads wait for work.
 * @throws RangeError when `threads` is not a positive integer.
 * @throws Error in a page that is not cross-origin isolated, and when a thread cannot be started.
 * @example
 * const pool = await createWorkerPool(2);
 * const data = pool.float32Array(4);
 * data.set([2, -1, 0, 1]);
 * const gradient = pool.float32Array(4);
 * kernelLoss('lovasz-softmax', { data, shape: [2, 2] }, { data: [0, 1], shape: [2] }, { gradient, pool });
 * await pool.close();
 */
export function createWorkerPool(threads: number): Promise<WorkerPool> {
  return startWorkerPool(threads, startThread);
}

const startThread: StartThread = async (start) => {
  const worker = new Worker(new URL('./worker-in-node.js', import.meta.url), {
    // Options of the process, such as --input-type, may not fit a worker.
    execArgv: [],
    workerData: start,
  });
  await once(worker, 'message');
  worker.unref();
  return {
    postMessage: (job) => worker.postMessage(job),
    end: async () => {
      await worker.terminate();
    },
  };
};
