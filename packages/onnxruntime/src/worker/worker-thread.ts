import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Reply, Request } from './messages.js';

/** A worker thread that answers requests in order. */
export interface WorkerThread {
  /** @throws Error with the worker's message when it could not answer, or has stopped. */
  ask<Kind extends Reply['kind']>(request: Request, kind: Kind): Promise<Extract<Reply, { kind: Kind }>>;
  terminate(): Promise<void>;
}

/** Starts the thread in which ONNX Runtime computes. */
export function startWorker(): WorkerThread {
  // By its export, so that the built file is found from the sources too.
  const file = createRequire(import.meta.url).resolve('@lovasz/onnxruntime/training-worker');
  const worker = new Worker(file);
  const waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];
  let stopped: Error | undefined;
  const fail = (error: Error): void => {
    stopped = error;
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  worker.on('message', (reply: Reply) => waiting.shift()?.resolve(reply));
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`the training thread has stopped (exit code ${code})`)));
  return {
    async ask(request, kind) {
      if (stopped !== undefined) throw stopped;
      const reply = await new Promise<Reply>((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage(request);
      });
      if (reply.kind === 'error') throw new Error(reply.message);
      if (reply.kind !== kind)
        throw new Error(`the training thread answered '${reply.kind}', expected '${kind}'`);
      return reply as never;
    },
    async terminate() {
      await worker.terminate();
    },
  };
}
