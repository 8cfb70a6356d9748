import { type PoolThread, type StartThread, startWorkerPool, type WorkerPool } from './worker-pool.js';

/** What is used of the browser's Worker: the package is compiled without the types of browsers. */
interface BrowserWorker {
  onmessage: () => void;
  onerror: (event: { readonly message?: string }) => void;
  postMessage(message: unknown): void;
  terminate(): void;
}

declare const Worker: new (url: URL, options: { readonly type: 'module' }) => BrowserWorker;

/** See `createWorkerPool` of `worker-pool-in-node.ts`, whose types hold for both. */
export async function createWorkerPool(threads: number): Promise<WorkerPool> {
  if (!('SharedArrayBuffer' in globalThis)) {
    throw new Error(
      'createWorkerPool needs SharedArrayBuffer, which only pages have that are cross-origin isolated; serve this one ' +
        'from HTTPS or localhost with the headers "Cross-Origin-Opener-Policy: same-origin" and ' +
        '"Cross-Origin-Embedder-Policy: require-corp"',
    );
  }
  return startWorkerPool(threads, startThread);
}

const startThread: StartThread = (start) =>
  new Promise<PoolThread>((resolve, reject) => {
    // Bundlers find the file by this very expression.
    const worker = new Worker(new URL('./worker-in-browser.js', import.meta.url), { type: 'module' });
    worker.onmessage = () =>
      resolve({
        postMessage: (job) => worker.postMessage(job),
        end: async () => worker.terminate(),
      });
    worker.onerror = ({ message }) => {
      worker.terminate();
      // Browsers do not tell why a file was not loaded.
      reject(
        new Error(
          message ||
            'the file of the worker was not loaded; it must be served as JavaScript, from the origin of the page, with ' +
              'the header "Cross-Origin-Embedder-Policy: require-corp"',
        ),
      );
    };
    worker.postMessage(start);
  });
