import { shapes } from '@lovasz/datasets';
import { expect, test } from '@jest/globals';
import { openLoader } from './open-session.js';

test('half of the images are mirrored, and none where that is asked for', async () => {
  const dataset = shapes({ length: 12, width: 16, height: 16 });
  const originals = await Promise.all(Array.from({ length: 12 }, async (_, i) => dataset.sample(i)));
  const mirroredIn = async (flip: 'horizontal' | 'none') => {
    let mirrored = 0;
    const loader = openLoader({ batch: 12, seed: 0, crop: undefined, flip }, dataset);
    for await (const { ids, labels } of loader.epoch(0)) {
      ids.forEach((id, place) => {
        const own = originals.find((sample) => sample.id === id)!.labels;
        const seen = [...labels.subarray(256 * place, 256 * (place + 1))];
        if (seen.some((label, pixel) => label !== own[pixel])) mirrored++;
      });
    }
    return mirrored;
  };
  expect(await mirroredIn('none')).toBe(0);
  const half = await mirroredIn('horizontal');
  expect(half).toBeGreaterThan(2);
  expect(half).toBeLessThan(10);
});
