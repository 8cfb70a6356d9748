import type { ModelProto, TensorProto } from 'onnx-buf';
import { surveyModel } from './survey.js';

/**
 * The tensors of a model that are trained by default, of whatever precision, and those that batch normalization keeps by
 * itself: its running means and variances.
 */
export function findParameters(model: ModelProto): {
  readonly parameters: readonly TensorProto[];
  readonly statistics: readonly TensorProto[];
  /** The others of rank 1 and more, and quantized weights. */
  readonly untrained: readonly { readonly name: string; readonly reason: string }[];
} {
  const { tensors } = surveyModel(model);
  return {
    parameters: tensors.flatMap(({ kind, tensor }) => (kind === 'parameter' ? tensor : [])),
    statistics: tensors.flatMap(({ kind, tensor }) => (kind === 'statistic' ? tensor : [])),
    untrained: tensors.flatMap(({ tensor: { name, dims }, exclusion }) =>
      exclusion === undefined || dims.length === 0 ? [] : [{ name, reason: exclusion.reason }],
    ),
  };
}
