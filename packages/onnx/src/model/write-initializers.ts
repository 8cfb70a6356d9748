import { clone } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema, type ModelProto } from 'onnx-buf';
import { sizeOf } from '../ir/tensor.js';
import { OnnxError } from '../onnx-error.js';

/**
 * The same model with other weights: each named initializer gets new float32 entries, all else stays as it was.
 *
 * @throws OnnxError for a name that is no initializer, or entries that do not fill it.
 */
export function writeInitializers(model: ModelProto, weights: ReadonlyMap<string, Float32Array>): ModelProto {
  const graph = clone(GraphProtoSchema, model.graph!);
  const byName = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const [name, data] of weights) {
    const tensor = byName.get(name);
    if (tensor === undefined) throw new OnnxError(`the model has no initializer '${name}'`);
    const size = sizeOf(tensor.dims.map(Number));
    if (data.length !== size) {
      throw new OnnxError(`initializer '${name}' has ${size} entries, but ${data.length} were given`);
    }
    tensor.rawData = new Uint8Array(data.slice().buffer);
    tensor.floatData = [];
  }
  const copy = clone(ModelProtoSchema, { ...model, graph: undefined });
  copy.graph = graph;
  return copy;
}
