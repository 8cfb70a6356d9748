import type { ClassIndex } from './class-index.js';
import { permuted, randomBelow } from './random.js';

/** What to cut a patch from. */
export interface Draw {
  /** Place of the image in the index. */
  readonly image: number;
  /** The class that the patch is drawn for; undefined when it is drawn for none. */
  readonly classId?: number;
  /** A pixel of that class, when the index knows one: x, y. */
  readonly point?: readonly [number, number];
}

/** One of several workers that draw at the same time. */
export interface Shard {
  /** 0 to `count` − 1. */
  readonly place: number;
  readonly count: number;
}

/**
 * A rule of drawing. It has no state of its own: a draw follows from the position in the stream of its shard and from the
 * memory, which the stream keeps. Draw with {@link SampleStream}.
 */
export interface Sampler {
  readonly name: string;
  readonly index: ClassIndex;
  /** What holds for every shard, in words. */
  readonly guarantee: string;
  /** Classes that were asked for and that no image holds; they are never drawn for. */
  readonly absentClasses: readonly number[];
  /** Draws, of all shards together, after which one has gone once through what there is. */
  readonly epochLength: number;
  /** Numbers that a draw depends on beyond its position, at the start; most samplers have none. */
  readonly memory: readonly number[];
  /** The draw at a position, from 0 on; it may change the memory. */
  draw(position: number, shard: Shard, memory: number[]): Draw;
}

/** What becomes of a class that no image holds: an error, or it is left out and named in `absentClasses`. */
export interface ClassChoice {
  /** Class ids to draw for; default all. */
  readonly classes?: readonly number[];
  /** Default `'error'`. */
  readonly absent?: 'error' | 'skip';
  /** Pixels of the class below which an image does not hold it; default 1. */
  readonly minimumPixels?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** The classes that can be drawn for. */
export function chooseClasses(
  index: ClassIndex,
  { classes, absent = 'error', minimumPixels = 1 }: ClassChoice,
): { readonly present: readonly number[]; readonly absentClasses: readonly number[] } {
  const asked = classes ?? Array.from({ length: index.numClasses }, (_, id) => id);
  const wrong = asked.find(
    (id, place) => !(id >>> 0 === id && id < index.numClasses) || asked.indexOf(id) !== place,
  );
  if (wrong !== undefined) {
    throw new RangeError(
      `classes holds ${wrong}; expected different class ids, 0 to ${index.numClasses - 1}`,
    );
  }
  if (!['error', 'skip'].includes(absent))
    throw new RangeError(`absent is ${String(absent)}; expected error or skip`);
  const isHeld = (id: number) => index.imagesOf(id, minimumPixels).length > 0;
  const absentClasses = asked.filter((id) => !isHeld(id));
  if (absentClasses.length > 0 && absent === 'error') {
    throw new RangeError(
      `no image holds ${minimumPixels} pixels of class ${absentClasses.join(', ')}; absent: 'skip' leaves it out`,
    );
  }
  const present = asked.filter(isHeld);
  if (present.length === 0) throw new RangeError('no image holds any of the classes');
  return { present, absentClasses };
}

/**
 * The image for the n-th visit of a class: its images in random order, each once before any comes again, in a new order
 * then.
 */
export function imageOfVisit(images: readonly number[], visit: number, seed: number, key: number): number {
  const { length } = images;
  return images[permuted(visit % length, length, seed, key, Math.floor(visit / length))]!;
}

/** A draw for a class, with one of the pixels that the index knows. */
export function drawForClass(
  index: ClassIndex,
  image: number,
  classId: number,
  visit: number,
  seed: number,
): Draw {
  const points = index.images[image]!.points[classId]!;
  if (points.length === 0) return { image, classId };
  const place = 2 * randomBelow(points.length / 2, seed, classId, visit, 7);
  return { image, classId, point: [points[place]!, points[place + 1]!] };
}

/** The position among the draws of all shards, which take turns. */
export function globalPosition(position: number, { place, count }: Shard): number {
  return position * count + place;
}
