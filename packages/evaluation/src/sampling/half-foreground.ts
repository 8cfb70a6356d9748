import type { ClassIndex } from './class-index.js';
import { randomBits } from './random.js';
import { drawForClass, imageOfVisit, type Sampler } from './sampler.js';

/**
 * Sampling for a binary problem (section 4.2): half of the images hold the foreground class. Here exactly one of every two
 * draws does, in random order.
 *
 * @param foreground - class id
 * @throws RangeError when every image holds the class, or none does.
 * @example
 * new SampleStream(halfForeground(index, 15)).draw().classId; // 15, or undefined for an image without it
 */
export function halfForeground(
  index: ClassIndex,
  foreground: number,
  { minimumPixels = 1, seed = 0 }: { readonly minimumPixels?: number; readonly seed?: number } = {},
): Sampler {
  if (!(foreground >>> 0 === foreground && foreground < index.numClasses)) {
    throw new RangeError(`foreground is ${foreground}; expected a class, 0 to ${index.numClasses - 1}`);
  }
  const holding = index.imagesOf(foreground, minimumPixels);
  const held = new Set(holding);
  const others = Array.from(index.images.keys()).filter((image) => !held.has(image));
  if (holding.length === 0 || others.length === 0) {
    throw new RangeError(
      `${holding.length} of ${index.images.length} images hold class ${foreground}; expected some`,
    );
  }
  return {
    name: 'half-foreground',
    index,
    guarantee: 'one of draws 2 k and 2 k + 1 holds the foreground class',
    absentClasses: [],
    epochLength: index.images.length,
    memory: [],
    draw: (position, { place, count }) => {
      const pair = Math.floor(position / 2);
      const visit = pair * count + place;
      if ((position & 1) !== (randomBits(seed, pair, place) & 1)) {
        return { image: imageOfVisit(others, visit, seed, 1) };
      }
      return drawForClass(index, imageOfVisit(holding, visit, seed, 0), foreground, visit, seed);
    },
  };
}
