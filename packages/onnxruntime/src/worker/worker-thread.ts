import { createRequire } from 'node:module';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { refuseTelemetryByAccident } from '../runtime/telemetry-off.js';
import type { Reply, Request } from './messages.js';
import { errorFrom } from './portable-error.js';

/** A worker thread that answers requests in order. While it has none to answer, it does not keep the program alive. */
export interface WorkerThread {
  /**
   * @param kind of the reply.
   * @param arrays of the request that the worker takes over, instead of a copy.
   * @throws the worker's error when it could not answer, or has stopped.
   */
  ask<Kind extends Reply['kind']>(
    request: Request,
    kind: Kind,
    arrays?: readonly OwnArray[],
  ): Promise<Extract<Reply, { kind: Kind }>>;
  terminate(): Promise<void>;
}

/** A typed array with memory of its own. */
export type OwnArray = ArrayBufferView<ArrayBuffer>;

/**
 * Starts the thread in which ONNX Runtime computes.
 *
 * @throws Error where its telemetry cannot be switched off.
 */
export function startWorker(): WorkerThread {
  refuseTelemetryByAccident();
  // By its export, so that the built file is found from the sources too.
  const file = createRequire(import.meta.url).resolve('@lovasz/onnxruntime/training-worker');
  // Of a copy of the environment, the native library would see nothing: what switches its telemetry off is shared.
  const worker = new Worker(file, {
    env: SHARE_ENV,
    // It says how the text after --eval is read, and is refused for a file.
    execArgv: process.execArgv.filter((argument) => !argument.startsWith('--input-type')),
  });
  worker.unref();
  const waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];
  let stopped: Error | undefined;
  const answered = (): (typeof waiting)[number] | undefined => {
    const first = waiting.shift();
    if (waiting.length === 0) worker.unref();
    return first;
  };
  const fail = (error: Error): void => {
    stopped ??= error;
    for (const { reject } of waiting.splice(0)) reject(stopped);
  };
  worker.on('message', (reply: Reply) => answered()?.resolve(reply));
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`the training thread has stopped (exit code ${code})`)));
  return {
    async ask(request, kind, arrays = []) {
      if (stopped !== undefined) throw stopped;
      const reply = await new Promise<Reply>((resolve, reject) => {
        worker.postMessage(
          request,
          arrays.map(({ buffer }) => buffer),
        );
        worker.ref();
        waiting.push({ resolve, reject });
      });
      if (reply.kind === 'error') throw errorFrom(reply.error);
      if (reply.kind !== kind)
        throw new Error(`the training thread answered '${reply.kind}', expected '${kind}'`);
      return reply as never;
    },
    async terminate() {
      await worker.terminate();
    },
  };
}
