import { crossEntropy } from '@lovasz/core';
import { sgd, type ModelProto } from '@lovasz/onnx';
import { Trainer } from '@lovasz/onnxruntime';
import type { Size } from '../options/size.js';
import type { SegmentationDataset } from '@lovasz/datasets';
import { checkOutput } from '../training/check-output.js';
import { imageInput } from '../training/image-input.js';
import { predictBy, type Predict } from './predict.js';

/** A network that predicts, in a thread of its own. */
export interface Predictor {
  readonly predict: Predict;
  /** Images at a time. */
  readonly batch: number;
  close(): Promise<void>;
}

/** Where the network leaves it open: enough to use both of a small machine's cores, few enough for large images. */
const defaultBatch = 4;

/**
 * Opens a network to judge it on a data set whose images are of that size.
 *
 * It is a trainer that never trains: predictions are then those of training, bit for bit.
 *
 * @param name how messages call the network.
 * @throws UsageError when what it puts out does not go with the data set.
 */
export async function openPredictor(
  name: string,
  model: ModelProto,
  dataset: SegmentationDataset,
  size: Size,
): Promise<Predictor> {
  const input = imageInput(model);
  const batch = input.shape[0] ?? defaultBatch;
  const shape = [batch, 3, size.height, size.width];
  const trainer = await Trainer.create(model, {
    loss: (backend, logits, labels) => crossEntropy(backend, logits, labels),
    optimizer: sgd(),
    inputShapes: { [input.name]: shape },
    batchNormalization: 'frozen',
  });
  try {
    checkOutput(name, trainer, dataset, shape);
  } catch (error) {
    await trainer.close();
    throw error;
  }
  return { predict: predictBy(trainer, input.name, shape), batch, close: () => trainer.close() };
}
