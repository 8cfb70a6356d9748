import type { Pixels } from '../counting/counts.js';
import { PixelCodes } from '../counting/pixel-codes.js';
import { contentHash } from './content-hash.js';
import { permuted, randomBits } from './random.js';

/** What samplers know of an image. */
export interface IndexedImage {
  readonly id: string | number;
  readonly width: number;
  readonly height: number;
  /** {@link contentHash} of its labels: an index is stale where it differs. */
  readonly hash: string;
  /** Labelled pixels of each class. */
  readonly counts: readonly number[];
  /** Of each class some of its pixels, drawn at random: x, y, x, y, … */
  readonly points: readonly (readonly number[])[];
}

/** An index as plain data. */
export interface ClassIndexJson {
  readonly version: 1;
  readonly numClasses: number;
  readonly ignoreIndex: readonly number[];
  readonly images: readonly IndexedImage[];
}

/** Options of {@link indexImage}. */
export interface IndexOptions {
  readonly id: string | number;
  readonly width: number;
  readonly height: number;
  readonly numClasses: number;
  readonly ignoreIndex?: number | readonly number[];
  /** How many pixels of each class are kept; default 16. */
  readonly pointsPerClass?: number;
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Counts the classes of an image and keeps some pixels of each. Images may be indexed anywhere and in any order; the entry
 * depends on the labels, the id and the seed alone.
 *
 * @throws RangeError when there are not width × height labels, or one is neither a class nor ignored.
 * @example
 * indexImage([0, 0, 1, 255], { id: 'a.png', width: 2, height: 2, numClasses: 2, ignoreIndex: 255 });
 * // { id: 'a.png', …, counts: [2, 1], points: [[0, 0, 1, 0], [0, 1]] }
 */
export function indexImage(labels: Pixels, options: IndexOptions): IndexedImage {
  const { id, width, height, numClasses, ignoreIndex = [], pointsPerClass = 16, seed = 0 } = options;
  if (labels.length !== width * height) {
    throw new RangeError(
      `labels hold ${labels.length} pixels; expected width × height = ${width} × ${height}`,
    );
  }
  const codes = new Int32Array(labels.length);
  new PixelCodes(numClasses, typeof ignoreIndex === 'number' ? [ignoreIndex] : ignoreIndex).encode(
    labels,
    0,
    codes,
  );
  const counts = new Array<number>(numClasses).fill(0);
  for (let pixel = 0; pixel < codes.length; pixel++) {
    const code = codes[pixel]!;
    if (code < numClasses) counts[code]!++;
    else if (code > numClasses) {
      throw new RangeError(
        `labels: value ${labels[pixel]} at pixel ${pixel}; expected a class, or an ignored label`,
      );
    }
  }
  const key = randomBits(seed, ...Array.from(String(id), (letter) => letter.codePointAt(0)!));
  // Which of the pixels of each class are kept, by rank, in ascending order.
  const ranks = counts.map((count, classId) =>
    Array.from({ length: Math.min(count, pointsPerClass) }, (_, place) =>
      permuted(place, count, key, classId),
    ).sort((a, b) => a - b),
  );
  const points = counts.map((): number[] => []);
  const seen = new Array<number>(numClasses).fill(0);
  for (let pixel = 0; pixel < codes.length; pixel++) {
    const code = codes[pixel]!;
    if (code >= numClasses) continue;
    if (ranks[code]![points[code]!.length / 2] === seen[code]!++) {
      points[code]!.push(pixel % width, Math.floor(pixel / width));
    }
  }
  return { id, width, height, hash: contentHash(labels), counts, points };
}

/**
 * The images of a data set with the classes that they hold: what samplers draw from. `JSON.stringify` gives what
 * {@link ClassIndex.fromJSON} takes.
 *
 * @example
 * const index = new ClassIndex({ numClasses: 2, images: files.map(({ labels, ...rest }) => indexImage(labels, rest)) });
 * index.imagesOf(1); // places of the images that hold class 1
 */
export class ClassIndex {
  readonly numClasses: number;
  readonly ignoreIndex: readonly number[];
  readonly images: readonly IndexedImage[];
  readonly #imagesOf = new Map<string, readonly number[]>();
  #fingerprint: string | undefined;

  /** @throws RangeError when there is no image, an id is there twice, or an image has another number of classes. */
  constructor(options: {
    readonly numClasses: number;
    readonly ignoreIndex?: number | readonly number[];
    readonly images: readonly IndexedImage[];
  }) {
    const { numClasses, ignoreIndex = [], images } = options;
    if (images.length === 0) throw new RangeError('images is empty; expected at least one');
    const ids = new Set<string | number>();
    for (const { id, counts, points } of images) {
      if (ids.has(id)) throw new RangeError(`image ${JSON.stringify(id)} is in the index twice`);
      ids.add(id);
      if (counts.length !== numClasses || points.length !== numClasses) {
        throw new RangeError(
          `image ${JSON.stringify(id)} has counts of ${counts.length} classes; expected ${numClasses}`,
        );
      }
    }
    this.numClasses = numClasses;
    this.ignoreIndex = typeof ignoreIndex === 'number' ? [ignoreIndex] : [...ignoreIndex];
    this.images = images;
  }

  /** Places of the images with at least `minimumPixels` of a class. */
  imagesOf(classId: number, minimumPixels = 1): readonly number[] {
    const key = `${classId} ${minimumPixels}`;
    const known = this.#imagesOf.get(key);
    if (known !== undefined) return known;
    const places = Array.from(this.images.keys()).filter(
      (place) => this.images[place]!.counts[classId]! >= minimumPixels,
    );
    this.#imagesOf.set(key, places);
    return places;
  }

  /** Labelled pixels of each class in all images. */
  get pixels(): number[] {
    return Array.from({ length: this.numClasses }, (_, id) =>
      this.images.reduce((sum, { counts }) => sum + counts[id]!, 0),
    );
  }

  /** 64 bits that change when images, their order or their counts do. */
  get fingerprint(): string {
    return (this.#fingerprint ??= contentHash(
      this.images.flatMap(({ hash, counts }) => [
        Number.parseInt(hash.slice(0, 8), 16),
        Number.parseInt(hash.slice(8), 16),
        ...counts,
      ]),
    ));
  }

  toJSON(): ClassIndexJson {
    return { version: 1, numClasses: this.numClasses, ignoreIndex: this.ignoreIndex, images: this.images };
  }

  /** @throws RangeError when the version is unknown, or as the constructor. */
  static fromJSON(json: ClassIndexJson): ClassIndex {
    if (json.version !== 1) throw new RangeError(`version is ${String(json.version)}; expected 1`);
    return new ClassIndex(json);
  }
}
