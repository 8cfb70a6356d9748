/** The name of a loss, by which commands and files call it. */
export type LossName =
  | 'cross-entropy'
  | 'lovasz-softmax'
  | 'soft-jaccard'
  | 'combined'
  | 'hinge'
  | 'lovasz-hinge'
  | 'lovasz-sigmoid';

/**
 * The losses whose labels are 0 and 1, one score to each; the labels of the others are class ids, unless their option
 * `multilabel` is true.
 */
export const binaryLosses: ReadonlySet<LossName> = new Set(['hinge', 'lovasz-hinge', 'lovasz-sigmoid']);

/** A loss as it was called, whose result is a scalar. */
export interface LossCall<T> {
  readonly name: LossName;
  /** Logits, or probabilities if the options say so. */
  readonly input: T;
  readonly labels: T;
  readonly mask: T | undefined;
  /** The options of the loss as the caller gave them, all but `mask` and `reduction`: plain values. */
  readonly options: Readonly<Record<string, unknown>>;
}
