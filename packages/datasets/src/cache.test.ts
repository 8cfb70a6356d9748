import { describe, expect, test } from '@jest/globals';
import { cacheSamples } from './cache.js';
import type { SegmentationDataset } from './dataset.js';

/** Samples of 400 bytes each, and a list of the indices that were read. */
function counting(length: number): { dataset: SegmentationDataset; reads: number[] } {
  const reads: number[] = [];
  const dataset: SegmentationDataset = {
    name: 'counting',
    classes: ['a'],
    colors: [[0, 0, 0]],
    ignoreIndex: 255,
    length,
    async sample(index) {
      reads.push(index);
      await Promise.resolve();
      if (index === 9 && reads.length === 1) throw new Error('disk');
      const image = new Uint8Array(300).fill(index);
      return { id: `${index}`, width: 10, height: 10, image, labels: new Uint8Array(100) };
    },
  };
  return { dataset, reads };
}

describe('cacheSamples', () => {
  test('reads each sample once, also when it is asked for twice at a time', async () => {
    const { dataset, reads } = counting(3);
    const cached = cacheSamples(dataset, 1e6);
    const [first, again] = await Promise.all([cached.sample(2), cached.sample(2)]);
    expect(again).toBe(first);
    expect(await cached.sample(2)).toBe(first);
    expect((await cached.sample(1)).image[0]).toBe(1);
    expect(reads).toEqual([2, 1]);
    expect(cached).toMatchObject({ name: 'counting', classes: ['a'], ignoreIndex: 255, length: 3 });
  });

  test('keeps the first samples that fit, and reads the others anew', async () => {
    const { dataset, reads } = counting(3);
    const cached = cacheSamples(dataset, 800);
    for (let epoch = 0; epoch < 2; epoch++) for (const index of [0, 1, 2]) await cached.sample(index);
    expect(reads).toEqual([0, 1, 2, 2]);
  });

  test('does not keep an error', async () => {
    const { dataset } = counting(10);
    const cached = cacheSamples(dataset, 1e6);
    await expect(cached.sample(9)).rejects.toThrow('disk');
    expect((await cached.sample(9)).id).toBe('9');
  });

  test('refuses a limit below 0', () => {
    expect(() => cacheSamples(counting(1).dataset, -1)).toThrow('maximumBytes is -1');
  });
});
