import type { ModelProto } from '@lovasz/onnx';
import { Predictor } from '@lovasz/onnxruntime';
import { namingOutputOptions, outputOptionsOf, type OutputSettings } from '../settings/output-settings.js';
import type { Size } from '../settings/size.js';
import type { SegmentationDataset } from '@lovasz/datasets';
import { checkOutput } from '../network/check-output.js';
import { imageInput, imageShape } from '../network/image-input.js';
import { predictBy, type Predict } from './predict.js';

/** A network that predicts, in a thread of its own. */
export interface PredictingNetwork {
  readonly predict: Predict;
  /** Images at a time. */
  readonly batch: number;
  /** The name of the output that is judged, and those of the others. */
  readonly output: string;
  readonly otherOutputs: readonly string[];
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
  output: OutputSettings = {},
): Promise<PredictingNetwork> {
  const input = imageInput(model, output.layout);
  const batch = input.batch ?? defaultBatch;
  const shape = [batch, 3, size.height, size.width] as const;
  const network = await Predictor.create(model, {
    inputShapes: { [input.name]: imageShape(input, batch, size) },
    ...outputOptionsOf(output),
  }).catch((error: unknown) => {
    throw namingOutputOptions(error);
  });
  try {
    checkOutput(name, network, dataset, shape);
  } catch (error) {
    await network.close();
    throw error;
  }
  const { name: trained, others } = network.output;
  return {
    predict: predictBy(network, input, shape),
    batch,
    output: trained,
    otherOutputs: others,
    close: () => network.close(),
  };
}
