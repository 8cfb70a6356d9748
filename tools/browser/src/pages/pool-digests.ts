import type * as Core from '@lovasz/core';
import type * as WorkerPool from '@lovasz/core/worker-pool';
import { kernelDigests } from './kernel-digests.js';

/** The digests of pools of one thread to three, with arrays of the pool and with other shared ones. */
export async function poolDigests(
  core: typeof Core,
  { createWorkerPool }: typeof WorkerPool,
): Promise<Record<string, Record<string, string>>> {
  const digests: Record<string, Record<string, string>> = {};
  for (const threads of [1, 2, 3]) {
    const pool = await createWorkerPool(threads);
    digests[`threads: ${threads}, arrays: pool`] = await kernelDigests(core, {
      pool,
      allocate: (length) => pool.float32Array(length),
    });
    digests[`threads: ${threads}, arrays: shared`] = await kernelDigests(core, {
      pool,
      allocate: (length) => new Float32Array(new SharedArrayBuffer(4 * length)),
    });
    await pool.close();
  }
  return digests;
}
