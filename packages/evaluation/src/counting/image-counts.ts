import { checkSameSettings, ConfusionMatrix, type ConfusionMatrixOptions } from './confusion-matrix.js';
import {
  exactSum,
  type ClassCounts,
  type Counts,
  type OddPixels,
  type PixelPolicies,
  type Pixels,
} from './counts.js';

/** The counts of one image. */
export interface ImageRecord extends Counts {
  /** A name or a number that no other image of the data set has. */
  readonly id: string | number;
}

/** {@link ImageCounts} as plain data: per image and class `[truePositives, falsePositives, falseNegatives]`. */
export interface ImageCountsJson extends PixelPolicies {
  readonly numClasses: number;
  readonly ignoreIndex: readonly number[];
  readonly images: readonly {
    readonly id: string | number;
    readonly total: number;
    readonly odd: OddPixels;
    readonly counts: readonly (readonly number[])[];
  }[];
}

/**
 * Exact counts of every image of a data set: what metrics over images, worst images and intervals need. It is also the
 * counts of the data set, so that metrics of a {@link ConfusionMatrix} take it too.
 *
 * Images are kept in the order of their ids (numbers before names), not in that of `add`: merging in any order gives the
 * same state and the same bytes. It takes 3 C numbers per image.
 *
 * @example
 * const counts = new ImageCounts({ numClasses: 2, ignoreIndex: 255 });
 * counts.add('a.png', [0, 0, 1, 255], [0, 1, 1, 1]);
 * counts.add('b.png', [0, 0, 0, 0], [0, 0, 0, 0]);
 * meanIou.of(counts); // over all pixels: (5/6 + 1/2) / 2
 * imageMean(meanIou).of(counts); // of the two images: ((1/2 + 1/2) / 2 + 1) / 2
 */
export class ImageCounts implements Counts {
  readonly numClasses: number;
  readonly ignoreIndex: readonly number[];
  readonly policies: Required<PixelPolicies>;
  #images = new Map<string | number, ImageRecord>();
  /** In the order of ids; written anew when an image came. */
  #ordered: readonly ImageRecord[] | undefined;
  #classCounts: readonly ClassCounts[] | undefined;

  /** @throws whatever {@link ConfusionMatrix} throws for the same options. */
  constructor(options: ConfusionMatrixOptions) {
    const { numClasses, ignoreIndex, policies } = new ConfusionMatrix(options);
    this.numClasses = numClasses;
    this.ignoreIndex = ignoreIndex;
    this.policies = policies;
  }

  /** The images, in the order of their ids. */
  get images(): readonly ImageRecord[] {
    return (this.#ordered ??= [...this.#images.values()].sort(({ id: a }, { id: b }) => compareIds(a, b)));
  }

  get total(): number {
    return exactSum(this.images.map(({ total }) => total));
  }

  get odd(): OddPixels {
    return sumOdd(this.images);
  }

  get classCounts(): readonly ClassCounts[] {
    return (this.#classCounts ??= sumClassCounts(this.images, this.numClasses));
  }

  /**
   * Counts an image; see {@link ConfusionMatrix.add}.
   *
   * @returns these counts
   * @throws RangeError also when there is an image of that id already.
   */
  add(id: string | number, labels: Pixels, predictions: Pixels): this {
    this.#checkNew(id);
    const confusion = new ConfusionMatrix(this.#options()).add(labels, predictions);
    return this.record(id, confusion);
  }

  /**
   * Takes the counts of an image that were made elsewhere, as a confusion matrix or by {@link countBoundary}.
   *
   * @throws RangeError when there is an image of that id already, or the number of classes differs.
   */
  record(id: string | number, counts: Pick<Counts, 'numClasses' | 'classCounts' | 'total' | 'odd'>): this {
    this.#checkNew(id);
    if (counts.numClasses !== this.numClasses) {
      throw new RangeError(
        `image ${id} has counts of ${counts.numClasses} classes; expected ${this.numClasses}`,
      );
    }
    const { numClasses, ignoreIndex } = this;
    const { classCounts, total, odd } = counts;
    this.#images.set(id, { id, numClasses, ignoreIndex, classCounts: [...classCounts], total, odd });
    this.#ordered = undefined;
    this.#classCounts = undefined;
    return this;
  }

  /**
   * The counts of all images of both, as new ones; associative and commutative.
   *
   * @throws RangeError when settings differ, or an id is in both.
   */
  merge(other: ImageCounts): ImageCounts {
    checkSameSettings('counts of images', this, other);
    const merged = new ImageCounts(this.#options());
    for (const image of [...this.images, ...other.images]) merged.record(image.id, image);
    return merged;
  }

  /** How many images there are to {@link pick} from. */
  get size(): number {
    return this.#images.size;
  }

  /**
   * Counts of some images, by place in {@link images}; an image may be picked several times, as a bootstrap does. They
   * are numbered anew.
   *
   * @throws RangeError when a place does not exist.
   */
  pick(places: ArrayLike<number>): ImageCounts {
    const picked = new ImageCounts(this.#options());
    const { images } = this;
    for (let number = 0; number < places.length; number++) {
      const image = images[places[number]!];
      if (image === undefined) {
        throw new RangeError(`places holds ${places[number]}; expected 0 to ${images.length - 1}`);
      }
      picked.#images.set(number, image);
    }
    picked.#ordered = [...picked.#images.values()];
    return picked;
  }

  /** As plain data; `JSON.stringify` calls it, and {@link ImageCounts.fromJSON} takes it back. */
  toJSON(): ImageCountsJson {
    return {
      ...this.#options(),
      ignoreIndex: [...this.ignoreIndex],
      images: this.images.map(({ id, total, odd, classCounts }) => ({
        id,
        total,
        odd: { ...odd },
        counts: classCounts.map((counts) => [
          counts.truePositives,
          counts.falsePositives,
          counts.falseNegatives,
        ]),
      })),
    };
  }

  /** @throws RangeError when counts are no integers of at least 0, or not three for each class. */
  static fromJSON(json: ImageCountsJson): ImageCounts {
    const counts = new ImageCounts(json);
    for (const { id, total, odd, counts: rows } of json.images) {
      const wrong = [total, ...Object.values(odd), ...rows.flat()].find(
        (count) => !Number.isSafeInteger(count) || count < 0,
      );
      if (wrong !== undefined)
        throw new RangeError(`image ${id} holds ${wrong}; expected integers of at least 0`);
      if (rows.length !== json.numClasses || rows.some((row) => row.length !== 3)) {
        throw new RangeError(`counts of image ${id} are not ${json.numClasses} × 3`);
      }
      const classCounts = rows.map(([truePositives, falsePositives, falseNegatives]) => ({
        truePositives: truePositives!,
        falsePositives: falsePositives!,
        falseNegatives: falseNegatives!,
      }));
      counts.record(id, { numClasses: json.numClasses, total, odd, classCounts });
    }
    return counts;
  }

  #options() {
    return { numClasses: this.numClasses, ignoreIndex: this.ignoreIndex, ...this.policies };
  }

  #checkNew(id: string | number): void {
    if (typeof id === 'number' && !Number.isSafeInteger(id)) {
      throw new RangeError(`id is ${id}; expected a name or an integer`);
    }
    if (this.#images.has(id)) throw new RangeError(`an image ${JSON.stringify(id)} is counted already`);
  }
}

function sumClassCounts(images: readonly Counts[], numClasses: number): ClassCounts[] {
  const sums = Array.from({ length: numClasses }, () => ({
    truePositives: 0,
    falsePositives: 0,
    falseNegatives: 0,
  }));
  for (const { classCounts } of images) {
    for (let index = 0; index < numClasses; index++) {
      const sum = sums[index]!;
      const counts = classCounts[index]!;
      sum.truePositives += counts.truePositives;
      sum.falsePositives += counts.falsePositives;
      sum.falseNegatives += counts.falseNegatives;
    }
  }
  for (const sum of sums) exactSum(Object.values(sum));
  return sums;
}

function sumOdd(images: readonly Counts[]): OddPixels {
  const sum = (kind: keyof OddPixels) => exactSum(images.map(({ odd }) => odd[kind]));
  return {
    ignored: sum('ignored'),
    unknownLabels: sum('unknownLabels'),
    unknownPredictions: sum('unknownPredictions'),
    ignoredPredictions: sum('ignoredPredictions'),
  };
}

/** Numbers first, then names by their UTF-16 code units: the same everywhere, whatever the language. */
function compareIds(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
