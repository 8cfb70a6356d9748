import { exactSum } from './counts.js';
import { Tally, type TallyJson } from './tally.js';

/** Segments of an image: of each pixel its class and the number of its segment among those of the class. */
export interface Segments {
  readonly classes: ArrayLike<number>;
  readonly instances: ArrayLike<number>;
}

/** {@link PanopticCounts} as plain data; matches are rows `[class, intersection, union, times]`. */
export interface PanopticCountsJson {
  readonly numClasses: number;
  readonly ignoreIndex: readonly number[];
  readonly matches: TallyJson;
  readonly falsePositives: readonly number[];
  readonly falseNegatives: readonly number[];
}

/**
 * Segments that were found, invented and missed (Kirillov et al. 2019). A label and a prediction of one class match when
 * their IoU is above ½; pixels predicted on void are not in the union. An unmatched prediction more than half of which
 * lies on void is left out.
 *
 * The IoU of each match is kept as intersection and union, so that counts merge in any order to the same state.
 *
 * @example
 * const counts = new PanopticCounts({ numClasses: 2, ignoreIndex: 255 });
 * const image = { classes: [0, 0, 1, 1], instances: [0, 0, 1, 2] };
 * panopticQuality.of(counts.add(image, image)); // 1
 */
export class PanopticCounts {
  readonly numClasses: number;
  readonly ignoreIndex: readonly number[];
  readonly matches = new Tally();
  readonly falsePositives: number[];
  readonly falseNegatives: number[];

  /** @throws RangeError when `numClasses` is no positive integer. */
  constructor({
    numClasses,
    ignoreIndex = [],
  }: {
    numClasses: number;
    ignoreIndex?: number | readonly number[];
  }) {
    if (!Number.isSafeInteger(numClasses) || numClasses < 1) {
      throw new RangeError(`numClasses is ${numClasses}; expected an integer of at least 1`);
    }
    this.numClasses = numClasses;
    const ignored = typeof ignoreIndex === 'number' ? [ignoreIndex] : ignoreIndex;
    this.ignoreIndex = [...new Set(ignored)].sort((a, b) => a - b);
    this.falsePositives = new Array<number>(numClasses).fill(0);
    this.falseNegatives = new Array<number>(numClasses).fill(0);
  }

  /**
   * Counts the segments of an image. A prediction of an ignored class is no segment.
   *
   * @returns these counts
   * @throws RangeError when lengths differ, or a class is neither one nor ignored; nothing is counted then.
   */
  add(labels: Segments, predictions: Segments): this {
    const { length } = labels.classes;
    for (const part of [labels.instances, predictions.classes, predictions.instances]) {
      if (part.length !== length)
        throw new RangeError(`a map holds ${part.length} pixels; expected ${length}`);
    }
    const labelled = new Map<string, Segment>();
    const predicted = new Map<string, Segment>();
    const common = new Map<string, { label: Segment; prediction: Segment; pixels: number }>();
    for (let pixel = 0; pixel < length; pixel++) {
      const label = this.#segmentAt('labels', labels, pixel, labelled);
      const prediction = this.#segmentAt('predictions', predictions, pixel, predicted);
      if (label === undefined) {
        if (prediction !== undefined) prediction.onVoid++;
      } else if (prediction !== undefined && label.id === prediction.id) {
        const key = `${label.key} ${prediction.key}`;
        const pair = common.get(key) ?? { label, prediction, pixels: 0 };
        pair.pixels++;
        common.set(key, pair);
      }
    }
    for (const { label, prediction, pixels } of common.values()) {
      const union = label.pixels + prediction.pixels - prediction.onVoid - pixels;
      // Above ½ there is at most one for each.
      if (2 * pixels <= union) continue;
      this.matches.add([label.id, pixels, union]);
      label.matched = true;
      prediction.matched = true;
    }
    for (const { id, matched } of labelled.values()) if (!matched) this.falseNegatives[id]!++;
    for (const { id, matched, onVoid, pixels } of predicted.values()) {
      if (!matched && 2 * onVoid <= pixels) this.falsePositives[id]!++;
    }
    return this;
  }

  /** @throws RangeError when classes or ignored labels differ. */
  merge(other: PanopticCounts): PanopticCounts {
    if (this.numClasses !== other.numClasses || this.ignoreIndex.join() !== other.ignoreIndex.join()) {
      throw new RangeError(
        `cannot merge segments of ${this.numClasses} and ${other.numClasses} classes ` +
          `that ignore [${this.ignoreIndex.join(', ')}] and [${other.ignoreIndex.join(', ')}]`,
      );
    }
    const merged = new PanopticCounts(this);
    for (const part of [this, other]) {
      merged.matches.addAll(part.matches);
      for (let id = 0; id < this.numClasses; id++) {
        merged.falsePositives[id] = exactSum([merged.falsePositives[id]!, part.falsePositives[id]!]);
        merged.falseNegatives[id] = exactSum([merged.falseNegatives[id]!, part.falseNegatives[id]!]);
      }
    }
    return merged;
  }

  toJSON(): PanopticCountsJson {
    const { numClasses, ignoreIndex, matches, falsePositives, falseNegatives } = this;
    return {
      numClasses,
      ignoreIndex,
      matches: matches.toJSON(),
      falsePositives: [...falsePositives],
      falseNegatives: [...falseNegatives],
    };
  }

  static fromJSON(json: PanopticCountsJson): PanopticCounts {
    const counts = new PanopticCounts(json);
    counts.matches.addAll(Tally.fromJSON(json.matches, 3));
    for (const kind of ['falsePositives', 'falseNegatives'] as const) {
      for (let id = 0; id < json.numClasses; id++) {
        const count = json[kind][id];
        if (count === undefined || !Number.isSafeInteger(count) || count < 0) {
          throw new RangeError(`${kind} of class ${id} is ${count}; expected an integer of at least 0`);
        }
        counts[kind][id] = count;
      }
    }
    return counts;
  }

  #segmentAt(
    what: string,
    { classes, instances }: Segments,
    pixel: number,
    segments: Map<string, Segment>,
  ): Segment | undefined {
    const id = classes[pixel]!;
    if (this.ignoreIndex.includes(id)) return undefined;
    if (!(id >>> 0 === id && id < this.numClasses)) {
      throw new RangeError(
        `${what}: class ${id} at pixel ${pixel}; expected 0 to ${this.numClasses - 1}, or ignored`,
      );
    }
    const key = `${id}:${instances[pixel]}`;
    const segment = segments.get(key) ?? { id, key, pixels: 0, onVoid: 0, matched: false };
    segment.pixels++;
    segments.set(key, segment);
    return segment;
  }
}

interface Segment {
  /** Its class. */
  readonly id: number;
  readonly key: string;
  pixels: number;
  onVoid: number;
  matched: boolean;
}
