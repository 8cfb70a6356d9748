import type { ClassIndex } from './class-index.js';
import { permuted, randomBits } from './random.js';
import { chooseClasses, drawForClass, imageOfVisit, type ClassChoice, type Sampler } from './sampler.js';

/** Options of {@link equibatch}. */
export interface EquibatchOptions extends ClassChoice {
  /**
   * In which order classes come: always the same (`'fixed'`, the default), a new order in each cycle (`'shuffled'`), or the
   * class that was in the fewest images so far (`'least-visited'`).
   */
  readonly order?: 'fixed' | 'shuffled' | 'least-visited';
}

/**
 * Equibatch (section 3.1): patches are drawn by cycling over the classes. Images of a class come in random order, each once
 * in every round of as many visits, over all shards together.
 *
 * With the fixed order every window of |C| draws of a shard holds every class; shards start at different places of the
 * cycle. With shuffled cycles that holds for every window of 2 |C| − 1. The least-visited order counts every class of an
 * image that is drawn, and has no window.
 *
 * @throws RangeError when a class is in no image and `absent` is not `'skip'`, or an option is unknown.
 * @example
 * const stream = new SampleStream(equibatch(index, { seed: 1 }));
 * const { image, classId, point } = stream.draw();
 */
export function equibatch(index: ClassIndex, options: EquibatchOptions = {}): Sampler {
  const { order = 'fixed', minimumPixels = 1, seed = 0 } = options;
  const { present, absentClasses } = chooseClasses(index, options);
  const cycle = present.length;
  const images = present.map((id) => index.imagesOf(id, minimumPixels));
  /** The draw for the class at a place of the cycle. */
  const visitOf = (at: number, visit: number) => {
    const classId = present[at]!;
    return drawForClass(index, imageOfVisit(images[at]!, visit, seed, classId), classId, visit, seed);
  };
  const shared = { index, absentClasses, epochLength: index.images.length, memory: [] };
  switch (order) {
    case 'fixed':
      return {
        ...shared,
        name: 'equibatch',
        guarantee: `every window of ${cycle} draws holds every class`,
        draw: (position, { place, count }) => {
          const step = position + Math.floor((place * cycle) / count);
          return visitOf(step % cycle, Math.floor(position / cycle) * count + place);
        },
      };
    case 'shuffled':
      return {
        ...shared,
        name: 'equibatch-shuffled',
        guarantee: `every window of ${2 * cycle - 1} draws holds every class`,
        draw: (position, { place, count }) => {
          const round = Math.floor(position / cycle);
          return visitOf(permuted(position % cycle, cycle, seed, round, place), round * count + place);
        },
      };
    case 'least-visited':
      return {
        ...shared,
        name: 'equibatch-least-visited',
        guarantee: 'the class that was in the fewest images so far is next',
        // Of each class, in how many images it was, and how often it was drawn for.
        memory: new Array<number>(2 * cycle).fill(0),
        draw: (position, { place, count }, memory) => {
          let [next, fewest, tie] = [0, Infinity, 0];
          for (let at = 0; at < cycle; at++) {
            const bits = memory[at]! <= fewest ? randomBits(seed, position, place, at) : 0;
            if (memory[at]! < fewest || (memory[at] === fewest && bits > tie)) {
              [next, fewest, tie] = [at, memory[at]!, bits];
            }
          }
          const draw = visitOf(next, memory[cycle + next]! * count + place);
          memory[cycle + next]!++;
          const { counts } = index.images[draw.image]!;
          for (let at = 0; at < cycle; at++) if (counts[present[at]!]! >= minimumPixels) memory[at]!++;
          return draw;
        },
      };
    default:
      throw new RangeError(`order is ${String(order)}; expected fixed, shuffled or least-visited`);
  }
}
