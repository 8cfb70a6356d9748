import { deepEqual } from 'node:assert/strict';
import * as datasets from '@lovasz/datasets';
import { openPage } from '../open-page.js';
import { drawnBatch } from '../pages/drawn-batch.js';

/** Samples, their order and their augmentation are those of Node, to the bit. */
export async function checkSameDraws(): Promise<void> {
  const { page, close } = await openPage({ packages: ['@lovasz/datasets', '@noble/hashes', 'pure-rand'] });
  try {
    const drawn = await page.evaluate(async () => {
      const url = '/tools/browser/dist/pages/drawn-batch.js';
      const { drawnBatch } = (await import(url)) as typeof import('../pages/drawn-batch.js');
      return drawnBatch(await import('@lovasz/datasets'));
    });
    deepEqual(drawn, await drawnBatch(datasets));
  } finally {
    await close();
  }
}
