import type { ModelProto } from '@lovasz/onnx';
import { Predictor as PixelPredictor } from '@lovasz/onnxruntime';
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
  const network = await PixelPredictor.create(model, { inputShapes: { [input.name]: shape } });
  try {
    checkOutput(name, network, dataset, shape);
  } catch (error) {
    await network.close();
    throw error;
  }
  return { predict: predictBy(network, input.name, shape), batch, close: () => network.close() };
}
