/** What a class scored, in pixels. */
export interface ClassCounts {
  /** Pixels labelled and predicted as the class. */
  readonly truePositives: number;
  /** Pixels predicted as the class and labelled otherwise. */
  readonly falsePositives: number;
  /** Pixels labelled as the class and predicted otherwise. */
  readonly falseNegatives: number;
}

/**
 * What most metrics are functions of: exact pixel counts of every class. {@link ConfusionMatrix} has them of what it
 * counted, {@link ImageCounts} of all its images and of each.
 */
export interface Counts {
  readonly numClasses: number;
  /** Labels whose pixels were left out. */
  readonly ignoreIndex: readonly number[];
  /** Number of pixels counted. */
  readonly total: number;
  /**
   * One entry per class: the diagonal, and what else its column and its row hold. Labelled pixels (support) are
   * `truePositives + falseNegatives`, predicted pixels `truePositives + falsePositives`, and the union of Eq. 3 is the
   * sum of all three.
   */
  readonly classCounts: readonly ClassCounts[];
  /** Pixels that were not plainly a class labelled and a class predicted, by kind. */
  readonly odd: OddPixels;
}

/** Numbers of pixels that are not a class predicted on a class, each kind with the policy that was applied to it. */
export interface OddPixels {
  /** The label is ignored: never counted. */
  readonly ignored: number;
  /** The label is neither a class nor ignored; see {@link PixelPolicies.unknownLabel}. */
  readonly unknownLabels: number;
  /** A class is labelled, and what is predicted is neither a class nor an ignored label. */
  readonly unknownPredictions: number;
  /** A class is labelled, and the prediction is an ignored label that is no class. */
  readonly ignoredPredictions: number;
}

/** What happens to pixels that are not a class predicted on a class. */
export interface PixelPolicies {
  /**
   * A label that is neither a class nor ignored: refuse the image, leave the pixel out, or count its prediction as a
   * false positive (`'false-positive'`, as mmsegmentation does). Default `'error'`.
   */
  readonly unknownLabel?: 'error' | 'skip' | 'false-positive';
  /**
   * A prediction that is neither a class nor an ignored label: refuse the image, count it as a miss of its label and a
   * false positive of no class (`'miss'`, as mmsegmentation does), or leave the pixel out. Default `'error'`, which also
   * refuses such predictions on ignored pixels.
   */
  readonly unknownPrediction?: PredictionPolicy;
  /** The same for a prediction that is an ignored label and no class. Default: as `unknownPrediction`. */
  readonly ignoredPrediction?: PredictionPolicy;
}

/** See {@link PixelPolicies.unknownPrediction}. */
export type PredictionPolicy = 'error' | 'miss' | 'skip';

/** Pixels, one integer each: an array, or a typed array of any kind. */
export type Pixels = ArrayLike<number> | ArrayLike<bigint>;

/**
 * The sum of counts.
 *
 * @throws RangeError when it is above 2^53 - 1, where it would be rounded.
 */
export function exactSum(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) {
    if (sum + count > Number.MAX_SAFE_INTEGER) {
      throw new RangeError(
        `${count} more on top of ${sum} are more than a count can hold exactly (2^53 - 1)`,
      );
    }
    sum += count;
  }
  return sum;
}
