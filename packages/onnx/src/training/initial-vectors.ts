import type { ModelProto } from 'onnx-buf';
import { floatsOf } from '../parameters/tensor-numbers.js';
import { trainedForm } from '../parameters/trained-form.js';
import { flatLength } from './flat-vector.js';
import type { NetworkLayout } from './network.js';

/**
 * The flat vectors of a network's weights and statistics, as its file holds them: `parameters`, and `statistics` where
 * there are any.
 */
export function initialVectors(
  model: ModelProto,
  { parameters, statistics }: Pick<NetworkLayout, 'parameters' | 'statistics'>,
): Record<string, Float32Array> {
  const names = new Set([...parameters, ...statistics].map(({ name }) => name));
  const initializers = new Map(
    trainedForm(model, names).graph!.initializer.map((tensor) => [tensor.name, tensor]),
  );
  const vectors: Record<string, Float32Array> = {};
  for (const [name, layout] of Object.entries({ parameters, statistics })) {
    if (layout.length === 0) continue;
    const vector = new Float32Array(flatLength(layout));
    for (const entry of layout) {
      vector.set(floatsOf(initializers.get(entry.name)!), entry.offset);
    }
    vectors[name] = vector;
  }
  return vectors;
}
