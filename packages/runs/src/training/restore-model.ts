import { networkLayout, trainedModel, type ModelProto } from '@lovasz/onnx';
import type { Checkpoint } from '@lovasz/onnxruntime';
import { openModel } from '../choices/models.js';
import { layoutOptions } from '../settings/parameter-settings.js';
import { settingsFrom } from './recorded-settings.js';
import type { Size } from '../settings/size.js';
import type { RunRecord } from './run-record.js';

/**
 * The network of a run for inference, with the weights and statistics of a checkpoint.
 *
 * @param size what a network built in is written for; by default the size of the run's images.
 * @throws UsageError when the network came from a file that is gone; OnnxError when that is another network now.
 */
export async function restoreModel(
  checkpoint: Checkpoint,
  { settings, classes }: RunRecord,
  size?: Size,
): Promise<ModelProto> {
  const run = settingsFrom(settings, '');
  const model = await openModel(run.model, {
    classCount: classes.length,
    // A run writes down the size that it found in its data.
    size: size ?? run.size!,
    seed: run.seed,
  });
  const tensors = [...checkpoint.weights, ...checkpoint.statistics];
  const layout = networkLayout(model, layoutOptions(run).layout);
  return trainedModel(model, new Map(tensors.map(([name, { data }]) => [name, data])), layout);
}
