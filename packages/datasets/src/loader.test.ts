import { describe, expect, test } from '@jest/globals';
import type { Batch } from './batch.js';
import type { SegmentationDataset } from './dataset.js';
import { createLoader, type LoaderOptions } from './loader.js';
import { uniform } from './random.js';
import { shapes } from './shapes.js';
import { randomHorizontalFlip } from './transform/horizontal-flip.js';
import { randomCrop } from './transform/random-crop.js';

async function collect(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const collected: Batch[] = [];
  for await (const batch of batches) collected.push(batch);
  return collected;
}

/** One-pixel samples named by their index; `broken` ones reject. Lists the indices that were asked for. */
function tiny(length: number, broken: readonly number[] = []) {
  const asked: number[] = [];
  const dataset: SegmentationDataset = {
    name: 'tiny',
    classes: ['a'],
    colors: [[0, 0, 0]],
    ignoreIndex: 255,
    length,
    async sample(index) {
      asked.push(index);
      await Promise.resolve();
      if (broken.includes(index)) throw new Error(`sample ${index} is broken`);
      return { id: `${index}`, width: 1, height: 1, image: new Uint8Array(3), labels: Uint8Array.of(index) };
    },
  };
  return { dataset, asked };
}

const augmented: LoaderOptions = {
  batchSize: 4,
  seed: 11,
  shuffle: true,
  transform: (sample, random) =>
    randomHorizontalFlip(randomCrop(sample, { width: 16, height: 12, ignoreIndex: 255 }, random), random),
};

describe('order', () => {
  test('is by index unless shuffled', async () => {
    const batches = await collect(createLoader(tiny(5).dataset, { batchSize: 2 }).epoch(3));
    expect(batches.map(({ ids }) => ids)).toEqual([['0', '1'], ['2', '3'], ['4']]);
  });

  test('visits every sample once per epoch, in another order for each epoch and seed', async () => {
    const ids = async (seed: number, epoch: number) =>
      (
        await collect(createLoader(tiny(30).dataset, { batchSize: 4, seed, shuffle: true }).epoch(epoch))
      ).flatMap((batch) => batch.ids);
    const orders = [await ids(1, 0), await ids(1, 1), await ids(2, 0)];
    for (const order of orders) expect(new Set(order).size).toBe(30);
    expect(new Set(orders.map((order) => order.join())).size).toBe(3);
    expect(await ids(1, 1)).toEqual(orders[1]);
  });

  test('the last batch is smaller, or dropped', async () => {
    const { dataset } = tiny(10);
    const kept = createLoader(dataset, { batchSize: 4 });
    const dropped = createLoader(dataset, { batchSize: 4, dropLast: true });
    expect([kept.batchesPerEpoch, dropped.batchesPerEpoch]).toEqual([3, 2]);
    expect((await collect(kept.epoch(0))).map(({ shape }) => shape[0])).toEqual([4, 4, 2]);
    expect((await collect(dropped.epoch(0))).map(({ shape }) => shape[0])).toEqual([4, 4]);
  });
});

describe('resuming', () => {
  test('from any batch of any epoch gives the same bits, whatever was read before', async () => {
    const dataset = shapes({ length: 14, seed: 1 });
    const loader = createLoader(dataset, augmented);
    const whole = await collect(loader.epoch(2));
    for (const from of [0, 1, 3, 4]) {
      const rest = await collect(createLoader(dataset, { ...augmented, prefetch: from }).epoch(2, { from }));
      expect(rest).toEqual(whole.slice(from));
    }
  });

  test('augmentation differs between epochs', async () => {
    const drawn: number[] = [];
    const loader = createLoader(tiny(2).dataset, {
      batchSize: 2,
      transform: (sample, random) => {
        drawn.push(uniform(random, 0, 1));
        return sample;
      },
    });
    await collect(loader.epoch(0));
    await collect(loader.epoch(1));
    expect(new Set(drawn).size).toBe(4);
  });
});

describe('prefetching', () => {
  test('makes the next batches while the consumer works, and no more', async () => {
    const { dataset, asked } = tiny(20);
    const batches = createLoader(dataset, { batchSize: 2, prefetch: 3 }).epoch(0)[Symbol.asyncIterator]();
    expect(asked).toEqual([]);
    await batches.next();
    expect(asked).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await batches.next();
    expect(asked).toHaveLength(10);
  });

  test('0 makes each batch when it is asked for', async () => {
    const { dataset, asked } = tiny(6);
    const batches = createLoader(dataset, { batchSize: 2, prefetch: 0 }).epoch(0)[Symbol.asyncIterator]();
    await batches.next();
    expect(asked).toEqual([0, 1]);
  });

  test('an error comes after the batches before it', async () => {
    const { dataset } = tiny(10, [4, 9]);
    const seen: (readonly string[])[] = [];
    const consume = async () => {
      for await (const { ids } of createLoader(dataset, { batchSize: 2, prefetch: 5 }).epoch(0))
        seen.push(ids);
    };
    await expect(consume()).rejects.toThrow('sample 4 is broken');
    expect(seen).toEqual([
      ['0', '1'],
      ['2', '3'],
    ]);
  });

  test('a loop may be left while a batch that fails is being made', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listener);
    try {
      const { dataset, asked } = tiny(10, [2, 3, 5]);
      for await (const { ids } of createLoader(dataset, { batchSize: 2 }).epoch(0)) {
        expect(ids).toEqual(['0', '1']);
        break;
      }
      expect(asked).toContain(5);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', listener);
    }
  });
});

describe('bad options', () => {
  test.each([
    [{ batchSize: 0 }, 'batchSize is 0; expected an integer of at least 1'],
    [{ batchSize: 1, seed: 0.5 }, 'seed is 0.5'],
    [{ batchSize: 1, prefetch: -1 }, 'prefetch is -1'],
    [
      { batchSize: 4, dropLast: true },
      'tiny has 3 samples, which leaves no batch of 4 when the last is dropped',
    ],
  ])('refuses %p', (options, message) => {
    expect(() => createLoader(tiny(3).dataset, options)).toThrow(RangeError);
    expect(() => createLoader(tiny(3).dataset, options)).toThrow(message);
  });

  test('refuses an empty data set', () => {
    expect(() => createLoader(tiny(0).dataset, { batchSize: 4 })).toThrow('tiny has 0 samples');
  });

  test('refuses epochs and batches that are none, at once', () => {
    const loader = createLoader(tiny(3).dataset, { batchSize: 2 });
    expect(() => loader.epoch(-1)).toThrow('epoch is -1');
    expect(() => loader.epoch(0, { from: 3 })).toThrow('from is 3; expected an integer from 0 to 2');
  });
});
