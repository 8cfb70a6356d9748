import type { SegmentationDataset } from '@lovasz/datasets';
import type { Trainer } from '@lovasz/onnxruntime';
import { UsageError } from '../settings/usage-error.js';

/**
 * Checks that what a network puts out goes with the labels of a data set.
 *
 * @param name how messages call the network.
 * @param shape `[batch, 3, height, width]` of its input.
 * @throws UsageError naming both numbers of classes, or both shapes.
 */
export function checkOutput(
  name: string,
  { classCount, labelShape, output }: Pick<Trainer, 'classCount' | 'labelShape' | 'output'>,
  dataset: SegmentationDataset,
  [batch, , height, width]: readonly number[],
): void {
  const { classes } = dataset;
  if (classCount !== classes.length) {
    if (output.isBinary) {
      throw new UsageError(
        `--model: ${name} puts out one score per pixel, for 2 classes, but ${dataset.name} has ${classes.length} (${classes.join(', ')}); --foreground takes one of them against the rest`,
      );
    }
    throw new UsageError(
      `--model: ${name} tells ${classCount} classes apart, but ${dataset.name} has ${classes.length} (${classes.join(', ')})`,
    );
  }
  const expected = [batch, height, width].join(', ');
  if (labelShape.join(', ') !== expected) {
    throw new UsageError(
      `--model: ${name} puts out classes of shape [${labelShape.join(', ')}]; expected one for each pixel, [${expected}]`,
    );
  }
}
