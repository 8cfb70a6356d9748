import { cityscapesLabels, type CityscapesLabel } from './cityscapes-labels.js';
import { ConfusionMatrix, type ConfusionMatrixJson } from './confusion-matrix.js';
import type { OddPixels, Pixels } from './counts.js';
import { Tally, type TallyJson } from './tally.js';

/** {@link CityscapesCounts} as plain data; instances are rows `[label, pixels, hits, hits of the category, times]`. */
export interface CityscapesCountsJson {
  readonly confusion: ConfusionMatrixJson;
  readonly instances: TallyJson;
}

/**
 * What the Cityscapes scores are functions of: the confusion matrix of label ids, ignored ones included, and how much of
 * each instance was found. Predictions are label ids (0 to 33), not train ids; another value is refused.
 *
 * Instances are kept by label, size and hits, in whole pixels; average sizes enter in the metrics. So counts merge in any
 * order to the same state.
 *
 * @example
 * const counts = new CityscapesCounts().add(labelIds, predictions, instanceIds);
 * cityscapesIou.of(counts); // one value for each of 34 labels, NaN for ignored ones
 */
export class CityscapesCounts {
  readonly labels: readonly CityscapesLabel[];
  readonly confusion: ConfusionMatrix;
  readonly instances = new Tally();

  /** @param labels - default: those of Cityscapes. Other average sizes may be put in for other resolutions. */
  constructor(labels: readonly CityscapesLabel[] = cityscapesLabels, confusion?: ConfusionMatrix) {
    this.labels = labels;
    this.confusion = confusion ?? new ConfusionMatrix({ numClasses: labels.length });
  }

  /** Ids of the labels that are left out as labels. */
  get ignoreIndex(): readonly number[] {
    return Array.from(this.labels.keys()).filter((id) => this.labels[id]!.isIgnored);
  }

  /** Number of pixels with a label that is scored. */
  get total(): number {
    return this.confusion.total - this.odd.ignored;
  }

  get odd(): OddPixels {
    const { classCounts } = this.confusion;
    const ignored = this.ignoreIndex.reduce(
      (sum, id) => sum + classCounts[id]!.truePositives + classCounts[id]!.falseNegatives,
      0,
    );
    return { ...this.confusion.odd, ignored };
  }

  /**
   * Counts an image.
   *
   * @param instanceIds - label id · 1000 + number of the instance; below 1001 a group or a label without instances, which
   *   counts in IoU only. Without them, iIoU is NaN.
   * @returns these counts
   * @throws RangeError when lengths differ, or a label or prediction is no label id; nothing is counted then.
   */
  add(labels: Pixels, predictions: Pixels, instanceIds?: ArrayLike<number>): this {
    if (instanceIds !== undefined && instanceIds.length !== labels.length) {
      throw new RangeError(
        `labels hold ${labels.length} pixels and instanceIds ${instanceIds.length}; expected as many of both`,
      );
    }
    this.confusion.add(labels, predictions);
    if (instanceIds !== undefined) this.#addInstances(predictions, instanceIds);
    return this;
  }

  /**
   * The counts of both together, as new ones.
   *
   * @throws RangeError when their labels differ.
   */
  merge(other: CityscapesCounts): CityscapesCounts {
    const different = this.labels.findIndex((label, id) => {
      const same = other.labels[id];
      return (
        same === undefined ||
        Object.keys(label).some(
          (key) => label[key as keyof CityscapesLabel] !== same[key as keyof CityscapesLabel],
        )
      );
    });
    if (different >= 0)
      throw new RangeError(`cannot merge counts of other labels: ${this.labels[different]!.name} differs`);
    const merged = new CityscapesCounts(this.labels, this.confusion.merge(other.confusion));
    merged.instances.addAll(this.instances);
    merged.instances.addAll(other.instances);
    return merged;
  }

  toJSON(): CityscapesCountsJson {
    return { confusion: this.confusion.toJSON(), instances: this.instances.toJSON() };
  }

  static fromJSON(json: CityscapesCountsJson, labels = cityscapesLabels): CityscapesCounts {
    const counts = new CityscapesCounts(labels, ConfusionMatrix.fromJSON(json.confusion));
    counts.instances.addAll(Tally.fromJSON(json.instances, 4));
    return counts;
  }

  #addInstances(predictions: Pixels, instanceIds: ArrayLike<number>): void {
    const { labels } = this;
    const found = new Map<number, { pixels: number; hits: number; categoryHits: number }>();
    let [id, current] = [
      NaN,
      undefined as { pixels: number; hits: number; categoryHits: number } | undefined,
    ];
    for (let pixel = 0; pixel < instanceIds.length; pixel++) {
      // Neighbours mostly belong to one instance.
      if (instanceIds[pixel] !== id) {
        id = instanceIds[pixel]!;
        current = undefined;
        const label = labels[Math.floor(id / 1000)];
        if (id > 1000 && label !== undefined && !label.isIgnored && label.averageSize !== undefined) {
          current = found.get(id) ?? { pixels: 0, hits: 0, categoryHits: 0 };
          found.set(id, current);
        }
      }
      if (current === undefined) continue;
      const label = Math.floor(id / 1000);
      const prediction = Number(predictions[pixel]);
      current.pixels++;
      if (prediction === label) current.hits++;
      if (labels[prediction]!.category === labels[label]!.category) current.categoryHits++;
    }
    for (const [instance, { pixels, hits, categoryHits }] of found) {
      this.instances.add([Math.floor(instance / 1000), pixels, hits, categoryHits]);
    }
  }
}
