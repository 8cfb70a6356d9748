import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { collate, type Batch } from './batch.js';
import { checkInteger } from './check-integer.js';
import type { SegmentationDataset, SegmentationSample } from './dataset.js';
import { randomFor, type RandomGenerator } from './random.js';

/** Options of {@link createLoader}. */
export interface LoaderOptions {
  readonly batchSize: number;
  /** Any integer; decides order and augmentation. Default 0. */
  readonly seed?: number;
  /** Whether each epoch has an order of its own; otherwise samples come by index. Default false. */
  readonly shuffle?: boolean;
  /** Whether a last batch smaller than the others is left out. Default false. */
  readonly dropLast?: boolean;
  /** Number of batches made ahead while the consumer works. Default 2. */
  readonly prefetch?: number;
  /** Augmentation of each sample; takes its randomness from the generator alone. */
  readonly transform?: (
    sample: SegmentationSample,
    random: RandomGenerator,
  ) => SegmentationSample | Promise<SegmentationSample>;
}

/** Batches of a data set, epoch by epoch; see {@link createLoader}. */
export interface Loader {
  readonly batchesPerEpoch: number;
  /**
   * The batches of an epoch, from batch `from` on (default 0). Nothing is read before the first is asked for.
   *
   * @throws RangeError when `epoch` is no integer of at least 0, or `from` none from 0 to `batchesPerEpoch`.
   */
  epoch(epoch: number, options?: { readonly from?: number }): AsyncIterable<Batch>;
}

/**
 * Batches a data set, in an order drawn anew for each epoch, and makes the next ones while the consumer works.
 *
 * The loader has no state: the order depends on (seed, epoch), the augmentation of a sample on (seed, epoch, position).
 * Training that stopped goes on from any batch of any epoch with the same bits. An error in a sample reaches the consumer
 * when it asks for that batch, after all batches before it; a loop may be left at any time.
 *
 * @throws RangeError when `batchSize`, `seed` or `prefetch` is out of range, or no batch is left in an epoch.
 * @example
 * const loader = createLoader(shapes({ length: 100 }), { batchSize: 10, seed: 7, shuffle: true });
 * for await (const { images, labels } of loader.epoch(0)) console.log(images.length, labels.length);
 */
export function createLoader(
  dataset: SegmentationDataset,
  { batchSize, seed = 0, shuffle = false, dropLast = false, prefetch = 2, transform }: LoaderOptions,
): Loader {
  checkInteger('batchSize', batchSize, 1);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  checkInteger('prefetch', prefetch, 0);
  const batchesPerEpoch = (dropLast ? Math.floor : Math.ceil)(dataset.length / batchSize);
  if (batchesPerEpoch === 0) {
    throw new RangeError(
      `${dataset.name} has ${dataset.length} samples, which leaves no batch of ${batchSize}` +
        (dropLast ? ' when the last is dropped' : ''),
    );
  }

  function order(epoch: number): number[] {
    const indices = Array.from({ length: dataset.length }, (_, index) => index);
    if (!shuffle) return indices;
    const random = randomFor(seed, 'order', epoch);
    for (let last = indices.length - 1; last > 0; last--) {
      const other = uniformInt(random, 0, last);
      [indices[last], indices[other]] = [indices[other]!, indices[last]!];
    }
    return indices;
  }

  async function load(index: number, epoch: number, position: number): Promise<SegmentationSample> {
    const sample = await dataset.sample(index);
    return transform ? transform(sample, randomFor(seed, 'augmentation', epoch, position)) : sample;
  }

  async function* batches(epoch: number, from: number): AsyncGenerator<Batch, void, undefined> {
    const indices = order(epoch);
    const make = async (batch: number) => {
      const start = batch * batchSize;
      const chosen = indices.slice(start, start + batchSize);
      return collate(await Promise.all(chosen.map((index, place) => load(index, epoch, start + place))));
    };
    const ahead: Promise<Batch>[] = [];
    for (let batch = from; batch < batchesPerEpoch; batch++) {
      while (ahead.length <= prefetch && batch + ahead.length < batchesPerEpoch) {
        const made = make(batch + ahead.length);
        // Its error is thrown when its turn comes; until then, or if the loop is left, it counts as handled.
        made.catch(() => undefined);
        ahead.push(made);
      }
      yield await ahead.shift()!;
    }
  }

  return {
    batchesPerEpoch,
    epoch(epoch, { from = 0 } = {}) {
      checkInteger('epoch', epoch, 0);
      checkInteger('from', from, 0, batchesPerEpoch);
      return batches(epoch, from);
    },
  };
}
