import { TensorProto_DataType, type ModelProto } from 'onnx-buf';
import { sizeOf } from '../ir/tensor.js';
import { OnnxError } from '../onnx-error.js';
import { copyMessage } from './copy-message.js';
import { embed, isExternal, replaceExternal } from './external-data.js';

/**
 * The same model with other weights: each named initializer gets new float32 entries, all else stays as it was, fields
 * that this library does not know included. A tensor whose data lies outside of the model stays there when the model
 * is written. What is not replaced is shared with the original model, not copied.
 *
 * @throws OnnxError for a name that is no initializer or not of float32, or entries that do not fill it.
 */
export function writeInitializers(model: ModelProto, weights: ReadonlyMap<string, Float32Array>): ModelProto {
  const graph = model.graph!;
  const names = new Set(graph.initializer.map(({ name }) => name));
  for (const name of weights.keys()) {
    if (!names.has(name)) throw new OnnxError(`the model has no initializer '${name}'`);
  }
  const initializer = graph.initializer.map((tensor) => {
    const data = weights.get(tensor.name);
    if (data === undefined) return tensor;
    const size = sizeOf(tensor.dims.map(Number));
    if (tensor.dataType !== TensorProto_DataType.FLOAT || data.length !== size) {
      throw new OnnxError(
        tensor.dataType === TensorProto_DataType.FLOAT
          ? `initializer '${tensor.name}' has ${size} entries, but ${data.length} were given`
          : `initializer '${tensor.name}' is not of float32`,
      );
    }
    const bytes = new Uint8Array(data.slice().buffer);
    return isExternal(tensor)
      ? replaceExternal(tensor, bytes)
      : copyMessage(embed(tensor, bytes), { floatData: [] });
  });
  return copyMessage(model, { graph: copyMessage(graph, { initializer }) });
}
