import { deepEqual, equal } from 'node:assert/strict';
import * as core from '@lovasz/core';
import { openPage } from '../open-page.js';
import { kernelDigests } from '../pages/kernel-digests.js';

/** In a page without any header, where there is no SharedArrayBuffer, the kernels give the bits that Node gives. */
export async function checkSameAsNode(): Promise<void> {
  const { page, close } = await openPage({ packages: ['@lovasz/core'], isIsolated: false });
  try {
    equal(await page.evaluate(() => 'SharedArrayBuffer' in globalThis), false);
    const digests = await page.evaluate(async () => {
      const url = '/tools/browser/dist/pages/kernel-digests.js';
      const { kernelDigests } = (await import(url)) as typeof import('../pages/kernel-digests.js');
      return kernelDigests(await import('@lovasz/core'), { allocate: (length) => new Float32Array(length) });
    });
    deepEqual(digests, await kernelDigests(core, { allocate: (length) => new Float32Array(length) }));
  } finally {
    await close();
  }
}
