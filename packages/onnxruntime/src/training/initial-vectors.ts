import { flatLength, numbersOfInitializer, type ModelProto, type NetworkLayout } from '@lovasz/onnx';

/** The flat vectors of a network's weights and statistics, as its file holds them. */
export function initialVectors(
  model: ModelProto,
  { parameters, statistics }: NetworkLayout,
): Record<string, Float32Array> {
  const initializers = new Map(model.graph!.initializer.map((tensor) => [tensor.name, tensor]));
  const vectors: Record<string, Float32Array> = {};
  for (const [name, layout] of Object.entries({ parameters, statistics })) {
    if (layout.length === 0) continue;
    const vector = new Float32Array(flatLength(layout));
    for (const entry of layout) vector.set(numbersOfInitializer(initializers.get(entry.name)!), entry.offset);
    vectors[name] = vector;
  }
  return vectors;
}
