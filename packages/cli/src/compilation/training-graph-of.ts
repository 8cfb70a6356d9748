import { buildTrainingGraph, OnnxError, type ModelProto, type TrainingGraph } from '@lovasz/onnx';
import {
  assembleLoss,
  createOptimizer,
  layoutOptions,
  namingOutputOptions,
  outputOptionsOf,
} from '@lovasz/runs/command';
import type { CompileSettings } from './compile-settings.js';

/**
 * The training graphs of a model by the options of the command line.
 *
 * @throws UsageError for a pattern of `--trainable` or `--frozen` that names nothing; OnnxError when the model cannot be differentiated.
 */
export function trainingGraphOf(model: ModelProto, options: CompileSettings): TrainingGraph {
  const { layout, refuseIdle } = layoutOptions(options);
  try {
    const graph = buildTrainingGraph(model, {
      loss: assembleLoss(options.loss, options.ignoreIndex),
      optimizer: createOptimizer(options),
      inputShapes: options.inputShapes,
      ...outputOptionsOf(options),
      ...layout,
      batchNormalization: options.batchNormalization,
      method: options.method,
      profile: options.profile,
      recompute: options.recompute,
    });
    refuseIdle();
    return graph;
  } catch (error) {
    const named = namingOutputOptions(error);
    if (!OnnxError.isOnnxError(named) || named.option !== 'inputShapes') throw named;
    // As the option is called here.
    throw OnnxError.at(named, { option: '--input-shape' });
  }
}
