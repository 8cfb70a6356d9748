import type { ModelProto, TensorProto } from 'onnx-buf';
import { modelBytes } from './encode-model.js';
import { externalLengthOf, isExternal, readExternal, referTo } from './external-data.js';
import { mapTensors } from './map-tensors.js';

/** A model as two files: the graph, and the data of tensors beside it. */
export interface SplitModel {
  /** How many bytes the data takes. Zero when all of it stays inside of the model. */
  readonly dataLength: number;
  /** The data from beginning to end, in parts of at most 64 MiB, each read when it is asked for. */
  data(): Iterable<Uint8Array>;
  /** The bytes of the model whose data is found under that name, in the same folder. */
  bytes(location: string): Uint8Array;
}

/** Every tensor begins at a multiple of it, so that runtimes can use the file's memory as it is. */
const alignment = 64;
const largestPart = 1 << 26;

/**
 * Divides a model for writing. Tensors that lie outside of the model stay there, wherever their bytes come from; where
 * the rest is too large for one file, its tensors of 1 KiB and more move there too.
 *
 * @param limit how many bytes of tensors may stay inside of the model.
 * @throws OnnxError for a tensor outside of the model that nothing is given to read.
 */
export function splitModel(model: ModelProto, limit = 2 ** 30): SplitModel {
  let inside = 0;
  mapTensors(model, (tensor) => {
    inside += tensor.rawData.length;
    return tensor;
  });
  const smallest = inside > limit ? 1024 : Infinity;
  const offsets = new Map<TensorProto, number>();
  let end = 0;
  mapTensors(model, (tensor) => {
    if (offsets.has(tensor) || !(isExternal(tensor) || tensor.rawData.length >= smallest)) return tensor;
    const offset = Math.ceil(end / alignment) * alignment;
    offsets.set(tensor, offset);
    end = offset + lengthOf(tensor);
    return tensor;
  });
  return {
    dataLength: end,
    *data() {
      let position = 0;
      for (const [tensor, offset] of offsets) {
        if (offset > position) yield new Uint8Array(offset - position);
        const length = lengthOf(tensor);
        for (let start = 0; start < length; start += largestPart) {
          const part = Math.min(largestPart, length - start);
          yield isExternal(tensor)
            ? readExternal(tensor, start, part)
            : tensor.rawData.subarray(start, start + part);
        }
        position = offset + length;
      }
    },
    bytes: (location) =>
      modelBytes(
        mapTensors(model, (tensor) => {
          const offset = offsets.get(tensor);
          return offset === undefined
            ? tensor
            : referTo(tensor, { location, offset, length: lengthOf(tensor) });
        }),
      ),
  };
}

function lengthOf(tensor: TensorProto): number {
  return isExternal(tensor) ? externalLengthOf(tensor) : tensor.rawData.length;
}
