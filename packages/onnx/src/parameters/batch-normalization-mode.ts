/** How a batch normalization normalizes during training. */
export type BatchNormalizationMode =
  /** By the statistics of the batch; running statistics follow. */
  | 'train'
  /** By the running statistics as they are: for batches too small to estimate them from. */
  | 'frozen';
