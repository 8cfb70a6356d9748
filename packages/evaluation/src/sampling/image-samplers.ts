import type { ClassIndex } from './class-index.js';
import { permuted, randomUnit } from './random.js';
import { globalPosition, type Sampler } from './sampler.js';
import { WeightedPlaces } from './weighted-places.js';

const forNoClass = { absentClasses: [], memory: [] } as const;

/**
 * Every image once per epoch, in a new random order each time, over all shards together.
 *
 * @example
 * new SampleStream(shuffle(index, { seed: 1 }), { place: 0, count: 2 }).draw();
 */
export function shuffle(index: ClassIndex, { seed = 0 }: { readonly seed?: number } = {}): Sampler {
  const { length } = index.images;
  return {
    ...forNoClass,
    name: 'shuffle',
    index,
    guarantee: `every epoch of ${length} draws of all shards has every image once`,
    epochLength: length,
    draw: (position, shard) => {
      const at = globalPosition(position, shard);
      return { image: permuted(at % length, length, seed, Math.floor(at / length)) };
    },
  };
}

/**
 * Images drawn independently, with replacement, each by its weight.
 *
 * @throws RangeError when there are not as many weights as images, one is negative, or all are 0.
 * @example
 * new SampleStream(weightedImages(index, index.images.map(({ counts }) => counts[3] / 1000))).draw();
 */
export function weightedImages(
  index: ClassIndex,
  weights: readonly number[],
  { seed = 0 }: { readonly seed?: number } = {},
): Sampler {
  if (weights.length !== index.images.length) {
    throw new RangeError(
      `weights has ${weights.length} entries; expected one for each of ${index.images.length} images`,
    );
  }
  const images = new WeightedPlaces(weights);
  return {
    ...forNoClass,
    name: 'weighted',
    index,
    guarantee: 'images are drawn independently, by weight',
    epochLength: index.images.length,
    draw: (position, shard) => ({
      image: images.at(randomUnit(seed, globalPosition(position, shard)) * images.total),
    }),
  };
}

/**
 * Repeat-factor sampling (Gupta et al., LVIS, CVPR 2019): image I is repeated r(I) = max_c max(1, √(t / f_c)) times over the
 * classes that it holds, f_c the share of images with class c. Of a fractional factor, the epoch has ⌊r⌋ or ⌈r⌉, so that the
 * mean over epochs is r; rounded up, it is what mmengine does.
 *
 * @param options.threshold - t; classes in a larger share of the images are not repeated
 * @param options.rounding - default `'stochastic'`
 * @throws RangeError when t is not in (0, 1].
 * @example
 * repeatFactor(index, { threshold: 0.1 }).epochLength;
 */
export function repeatFactor(
  index: ClassIndex,
  {
    threshold,
    rounding = 'stochastic',
    seed = 0,
  }: { readonly threshold: number; readonly rounding?: 'stochastic' | 'up'; readonly seed?: number },
): Sampler {
  if (!(threshold > 0 && threshold <= 1))
    throw new RangeError(`threshold is ${threshold}; expected above 0, at most 1`);
  if (!['stochastic', 'up'].includes(rounding)) {
    throw new RangeError(`rounding is ${String(rounding)}; expected stochastic or up`);
  }
  const classes = Array.from({ length: index.numClasses }, (_, id) => id);
  const ofClass = classes.map((id) =>
    Math.sqrt(threshold / (index.imagesOf(id).length / index.images.length)),
  );
  const factors = index.images.map(({ counts }) => {
    const factor = Math.max(1, ...classes.filter((id) => counts[id]! > 0).map((id) => ofClass[id]!));
    return rounding === 'up' ? Math.ceil(factor) : factor;
  });
  const images = new WeightedPlaces(factors);
  const length = Math.round(images.total);
  return {
    ...forNoClass,
    name: 'repeat-factor',
    index,
    guarantee: `every epoch of ${length} draws of all shards has each image at least once`,
    epochLength: length,
    draw: (position, shard) => {
      const at = globalPosition(position, shard);
      const epoch = Math.floor(at / length);
      // Points at equal distances meet each image ⌊r⌋ or ⌈r⌉ times; where they start is random.
      const point = permuted(at % length, length, seed, epoch) + randomUnit(seed, epoch, 3);
      return { image: images.at((point * images.total) / length) };
    },
  };
}
