import type { ModelProto } from 'onnx-buf';
import { sizeOf } from '../graph/tensor.js';
import { OnnxError } from '../graph/onnx-error.js';
import { copyMessage } from '../model/copy-message.js';
import { isFloating } from '../parameters/hoist-constants.js';
import { bytesOfFloats } from '../parameters/tensor-numbers.js';
import { trainedForm } from '../parameters/trained-form.js';
import type { NetworkLayout } from './network.js';
import { embed, isExternal, replaceExternal } from '../model/external-data.js';
import { inferenceForm } from '../model/inference-form.js';

/**
 * The same model with other weights: each named tensor gets new entries, all else stays as it was, fields that this
 * library does not know included. Entries are rounded to the type that the tensor has (float32, float64, float16,
 * bfloat16). A constant, or one of several tensors that the file has as one, becomes an initializer of that name. A
 * tensor whose data lies outside of the model stays there when the model is written. What is not replaced is shared
 * with the original model, not copied.
 *
 * @param layout of the network that was trained: what it ties and takes apart.
 * @throws OnnxError for a name that is no tensor of the model or not of floating point, or entries that do not fill it.
 */
export function writeInitializers(
  model: ModelProto,
  weights: ReadonlyMap<string, Float32Array>,
  { ties = [], separated = [] }: Partial<Pick<NetworkLayout, 'ties' | 'separated'>> = {},
): ModelProto {
  const form = trainedForm(model, new Set([...weights.keys(), ...separated]), ties);
  const graph = form.graph!;
  const names = new Set(graph.initializer.map(({ name }) => name));
  for (const name of weights.keys()) {
    if (!names.has(name)) throw new OnnxError(`the model has no initializer '${name}'`);
  }
  const initializer = graph.initializer.map((tensor) => {
    const data = weights.get(tensor.name);
    if (data === undefined) return tensor;
    const size = sizeOf(tensor.dims.map(Number));
    if (!isFloating(tensor.dataType)) {
      throw new OnnxError(`initializer '${tensor.name}' is not of floating point`);
    }
    if (data.length !== size) {
      throw new OnnxError(`initializer '${tensor.name}' has ${size} entries, but ${data.length} were given`);
    }
    const bytes = bytesOfFloats(tensor, data);
    return isExternal(tensor)
      ? replaceExternal(tensor, bytes)
      : copyMessage(embed(tensor, bytes), { floatData: [], doubleData: [], int32Data: [] });
  });
  return copyMessage(form, { graph: copyMessage(graph, { initializer }) });
}

/**
 * The model as it predicts with trained weights: {@link writeInitializers}, and batch normalization and dropout as in
 * inference, in whatever mode the model was exported.
 *
 * @throws OnnxError as {@link writeInitializers}.
 */
export function trainedModel(
  model: ModelProto,
  weights: ReadonlyMap<string, Float32Array>,
  layout: Partial<Pick<NetworkLayout, 'ties' | 'separated'>> = {},
): ModelProto {
  return inferenceForm(writeInitializers(model, weights, layout));
}
