import type { ClassIndex } from './class-index.js';
import { randomBelow, randomUnit } from './random.js';
import { chooseClasses, drawForClass, globalPosition, type ClassChoice, type Sampler } from './sampler.js';
import { WeightedPlaces } from './weighted-places.js';

/**
 * Rare-class sampling (DAFormer, Hoyer et al., CVPR 2022): class c with probability ∝ exp((1 − f_c) / T), f_c its share of
 * the labelled pixels, then an image that holds it. DAFormer takes images with more than 3000 pixels of the class, and crops
 * again until half as many are inside: {@link placeCrop} with `accept`.
 *
 * @param options.temperature - T, default 0.01
 * @throws RangeError as {@link equibatch}, or when T is not above 0.
 * @example
 * new SampleStream(rareClass(index, { minimumPixels: 3001, absent: 'skip' })).draw();
 */
export function rareClass(
  index: ClassIndex,
  options: ClassChoice & { readonly temperature?: number } = {},
): Sampler {
  const { temperature = 0.01, minimumPixels = 1, seed = 0 } = options;
  if (!(temperature > 0)) throw new RangeError(`temperature is ${temperature}; expected a number above 0`);
  const { present, absentClasses } = chooseClasses(index, options);
  const { pixels } = index;
  const all = pixels.reduce((sum, count) => sum + count, 0);
  const rarest = Math.min(...present.map((id) => pixels[id]! / all));
  // Relative to the rarest, so that nothing overflows.
  const classes = new WeightedPlaces(
    present.map((id) => Math.exp((rarest - pixels[id]! / all) / temperature)),
  );
  return {
    name: 'rare-class',
    index,
    guarantee: 'classes are drawn independently, rare ones more often',
    absentClasses,
    epochLength: index.images.length,
    memory: [],
    draw: (position, shard) => {
      const at = globalPosition(position, shard);
      const classId = present[classes.at(randomUnit(seed, at, 0) * classes.total)]!;
      const images = index.imagesOf(classId, minimumPixels);
      return drawForClass(index, images[randomBelow(images.length, seed, at, 1)]!, classId, at, seed);
    },
  };
}
