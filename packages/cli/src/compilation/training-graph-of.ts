import { buildTrainingGraph, OnnxError, type ModelProto, type TrainingGraph } from '@lovasz/onnx';
import type { CompileOptions } from '../options/compile-options.js';
import { namingOutputOptions, outputOptionsOf } from '../options/output-options.js';
import { layoutOptions } from '../options/parameter-options.js';
import { assembleLoss } from '../training/assemble-loss.js';
import { createOptimizer } from '../training/create-optimizer.js';

/**
 * The training graphs of a model by the options of the command line.
 *
 * @throws UsageError for a pattern of `--trainable` or `--frozen` that names nothing; OnnxError when the model cannot be differentiated.
 */
export function trainingGraphOf(model: ModelProto, options: CompileOptions): TrainingGraph {
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
    if (!(named instanceof OnnxError)) throw named;
    // As the option is called here.
    throw new OnnxError(named.message.replaceAll('inputShapes', '--input-shape'), {}, { cause: error });
  }
}
