/** The name of a loss, by which commands and files call it. */
export type LossName =
  | 'cross-entropy'
  | 'lovasz-softmax'
  | 'soft-jaccard'
  | 'combined'
  | 'hinge'
  | 'lovasz-hinge'
  | 'lovasz-sigmoid';

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
