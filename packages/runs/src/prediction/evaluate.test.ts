import { shapes } from '@lovasz/datasets';
import { expect, test } from '@jest/globals';
import { evaluate } from './evaluate.js';

const dataset = shapes({ split: 'val', length: 5, width: 16, height: 16 });

test('counts every pixel that is not void once, a smaller last batch too', async () => {
  const sizes: number[] = [];
  const allBackground = (images: Float32Array) => {
    sizes.push(images.length / (3 * 256));
    return Promise.resolve(new Int32Array(images.length / 3));
  };
  const confusion = await evaluate(allBackground, dataset, 2);
  expect(sizes).toEqual([2, 2, 1]);
  const samples = await Promise.all([0, 1, 2, 3, 4].map((index) => dataset.sample(index)));
  const counts = [0, 1, 2, 3, 4].map((id) =>
    samples.reduce((sum, { labels }) => sum + labels.filter((label) => label === id).length, 0),
  );
  expect([0, 1, 2, 3, 4].map((id) => confusion!.count(id, 0))).toEqual(counts);
  expect(confusion!.total).toBe(counts.reduce((sum, count) => sum + count));
});

test('stops at the signal', async () => {
  const stop = new AbortController();
  let batches = 0;
  const predict = (images: Float32Array) => {
    batches++;
    stop.abort();
    return Promise.resolve(new Int32Array(images.length / 3));
  };
  expect(await evaluate(predict, dataset, 2, stop.signal)).toBeUndefined();
  expect(batches).toBe(1);
});
