import type { ModelProto } from 'onnx-buf';
import { decodeTensor } from '../model/decode-model.js';
import { flatLength } from './flat-vector.js';
import type { NetworkLayout } from './network.js';

/**
 * The flat vectors of a network's weights and statistics, as its file holds them: `parameters`, and `statistics` where
 * there are any.
 */
export function initialVectors(
  model: ModelProto,
  { parameters, statistics }: NetworkLayout,
): Record<string, Float32Array> {
  const initializers = new Map(model.graph!.initializer.map((tensor) => [tensor.name, tensor]));
  const vectors: Record<string, Float32Array> = {};
  for (const [name, layout] of Object.entries({ parameters, statistics })) {
    if (layout.length === 0) continue;
    const vector = new Float32Array(flatLength(layout));
    for (const entry of layout) {
      vector.set(decodeTensor(initializers.get(entry.name)!).data as Float32Array, entry.offset);
    }
    vectors[name] = vector;
  }
  return vectors;
}
