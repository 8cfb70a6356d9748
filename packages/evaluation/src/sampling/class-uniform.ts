import type { ClassIndex } from './class-index.js';
import { permuted } from './random.js';
import {
  chooseClasses,
  drawForClass,
  globalPosition,
  imageOfVisit,
  type ClassChoice,
  type Sampler,
} from './sampler.js';

/**
 * Class-uniform sampling (Zhu et al., CVPR 2019): of an epoch of N draws, ⌊N · share / |C|⌋ are for each class and the rest
 * are images at random, in random order.
 *
 * @param options.share - of the draws that are for classes; default 0.5
 * @throws RangeError as {@link equibatch}, or when the share is not in [0, 1].
 * @example
 * new SampleStream(classUniform(index, { share: 0.5, seed: 1 })).draw();
 */
export function classUniform(
  index: ClassIndex,
  options: ClassChoice & { readonly share?: number } = {},
): Sampler {
  const { share = 0.5, minimumPixels = 1, seed = 0 } = options;
  if (!(share >= 0 && share <= 1)) throw new RangeError(`share is ${share}; expected 0 to 1`);
  const { present, absentClasses } = chooseClasses(index, options);
  const length = index.images.length;
  const all = Array.from(index.images.keys());
  const perClass = Math.floor((length * share) / present.length);
  return {
    name: 'class-uniform',
    index,
    guarantee: `every epoch of ${length} draws of all shards has ${perClass} for each class`,
    absentClasses,
    epochLength: length,
    memory: [],
    draw: (position, shard) => {
      const at = globalPosition(position, shard);
      const epoch = Math.floor(at / length);
      const place = permuted(at % length, length, seed, epoch);
      const forClasses = perClass * present.length;
      if (place >= forClasses) {
        return {
          image: imageOfVisit(
            all,
            epoch * (length - forClasses) + place - forClasses,
            seed,
            index.numClasses,
          ),
        };
      }
      const classId = present[place % present.length]!;
      const visit = epoch * perClass + Math.floor(place / present.length);
      const image = imageOfVisit(index.imagesOf(classId, minimumPixels), visit, seed, classId);
      return drawForClass(index, image, classId, visit, seed);
    },
  };
}
