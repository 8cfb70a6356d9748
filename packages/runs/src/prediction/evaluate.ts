import type { SegmentationDataset } from '@lovasz/datasets';
import { ConfusionMatrix } from '@lovasz/evaluation';
import { predictAll, type Predict } from './predict.js';

/**
 * Counts predictions against labels over a whole data set.
 *
 * @returns undefined when the signal stopped it.
 */
export async function evaluate(
  predict: Predict,
  dataset: SegmentationDataset,
  batchSize: number,
  signal?: AbortSignal,
): Promise<ConfusionMatrix | undefined> {
  const { classes, ignoreIndex } = dataset;
  const confusion = new ConfusionMatrix({ numClasses: classes.length, ignoreIndex });
  for await (const { batch, predictions } of predictAll(predict, dataset, batchSize, signal)) {
    confusion.add(batch.labels, predictions);
  }
  return signal?.aborted ? undefined : confusion;
}
