import type * as Core from '@lovasz/core';
import type * as WorkerPool from '@lovasz/core/worker-pool';
import { isWorkShared } from './is-work-shared.js';
import { poolDigests } from './pool-digests.js';

/** Where the modules are: workers have no import map. */
export interface ModuleUrls {
  readonly core: string;
  readonly workerPool: string;
}

export interface PoolResults {
  readonly digests: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly isShared: boolean;
}

/** What pools do in the thread of the caller. */
export async function poolResults({ core, workerPool }: ModuleUrls): Promise<PoolResults> {
  const modules = [
    (await import(core)) as typeof Core,
    (await import(workerPool)) as typeof WorkerPool,
  ] as const;
  return { digests: await poolDigests(...modules), isShared: await isWorkShared(...modules) };
}

/** The same on the main thread of a page. */
export function poolResultsInPage(): Promise<PoolResults> {
  return poolResults(moduleUrls());
}

/** The same in a worker of a page. */
export function poolResultsInWorker(): Promise<PoolResults> {
  const worker = new Worker(new URL('./pool-worker.js', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<PoolResults>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(moduleUrls());
  });
}

function moduleUrls(): ModuleUrls {
  return {
    core: import.meta.resolve('@lovasz/core'),
    workerPool: import.meta.resolve('@lovasz/core/worker-pool'),
  };
}
