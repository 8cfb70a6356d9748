import { deepEqual, equal, rejects } from 'node:assert/strict';
import * as core from '@lovasz/core';
import { openPage } from '../open-page.js';
import { kernelDigests } from '../pages/kernel-digests.js';

const packages = ['@lovasz/core'];

/**
 * Pools give the bits of one thread in Node, on the main thread of a page, which may not block, and in a worker, which
 * may; and their threads take part in the work.
 */
export async function checkWorkerPool(): Promise<void> {
  const expected = await kernelDigests(core, { allocate: (length) => new Float32Array(length) });
  const { page, close } = await openPage({ packages });
  try {
    for (const place of ['poolResultsInPage', 'poolResultsInWorker'] as const) {
      const { digests, isShared } = await page.evaluate(async (place) => {
        const url = '/tools/browser/dist/pages/pool-results.js';
        const pages = (await import(url)) as typeof import('../pages/pool-results.js');
        return pages[place]();
      }, place);
      equal(Object.keys(digests).length, 6);
      for (const [pool, digest] of Object.entries(digests)) deepEqual(digest, expected, `${place}, ${pool}`);
      equal(isShared, true, `${place}: no other thread took a task`);
    }
  } finally {
    await close();
  }
}

/** Errors of a pool that cannot be started name the cause. */
export async function checkWorkerPoolErrors(): Promise<void> {
  const create = async (isIsolated: boolean, threads: number, isServed = true): Promise<void> => {
    const { page, close } = await openPage({ packages, isIsolated });
    try {
      if (!isServed) await page.route('**/worker-in-browser.js', (route) => route.fulfill({ status: 404 }));
      await page.evaluate(async (threads) => {
        await (await import('@lovasz/core/worker-pool')).createWorkerPool(threads);
      }, threads);
    } finally {
      await close();
    }
  };
  await rejects(
    create(false, 2),
    /only pages have that are cross-origin isolated; .*Cross-Origin-Opener-Policy/,
  );
  await rejects(create(true, 0), /threads is 0; expected a positive integer/);
  await rejects(create(true, 2, false), /a thread of the pool cannot be started: the file of the worker/);
}
