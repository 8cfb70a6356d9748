import {
  differentiate,
  importModel,
  interpret,
  type ImportedModel,
  type ModelProto,
  type Value,
  type ValueType,
} from '@lovasz/onnx';
import { numbersOfInitializer, sizeOf } from '@lovasz/onnx/parts';

/** The logits of images [batch, channels, height, width], in float64. */
export function logitsOf(model: ModelProto, shape: readonly number[], images: Float64Array): Float64Array {
  const { inputs, outputs } = importModel(model, { inputShapes: { image: shape } });
  return interpret(
    outputs.map(({ value }) => value),
    new Map([[inputs[0]!, { shape, data: images }]]),
  )[0]!.data;
}

/** The largest absolute entry of the gradient of Σ logits · weights, for each trained initializer. */
export function largestGradients(
  model: ModelProto,
  shape: readonly number[],
  random: (count: number) => Float64Array,
): ReadonlyMap<string, number> {
  const feeds = new Map<Value, { shape: readonly number[]; data: Float64Array }>();
  const parameters = new Map<string, Value>();
  const initializers = new Map(model.graph!.initializer.map((tensor) => [tensor.name, tensor]));
  const asInput = (name: string, type: ValueType, graph: ImportedModel['graph']): Value | undefined => {
    if (!isTrained(name, type.shape.length)) return undefined;
    const value = graph.input(name, type.dataType, type.shape);
    parameters.set(name, value);
    feeds.set(value, { shape: type.shape, data: numbersOfInitializer(initializers.get(name)!) });
    return value;
  };
  const { graph, inputs, outputs } = importModel(model, {
    inputShapes: { image: shape },
    initializer: asInput,
  });
  const logits = outputs[0]!.value;
  const cotangent = graph.input('cotangent', 'float32', logits.shape);
  const size = (value: Value): number => sizeOf(value.shape);
  for (const input of [inputs.find(({ name }) => name === 'image')!, cotangent]) {
    feeds.set(input, { shape: input.shape, data: random(size(input)) });
  }
  const gradients = interpret(differentiate(graph, logits, [...parameters.values()], cotangent), feeds);
  return new Map(
    [...parameters.keys()].map((name, place) => [name, Math.max(...gradients[place]!.data.map(Math.abs))]),
  );
}

/** How many numbers are trained: all of rank 1 and more but running statistics. */
export function parameterCount(model: ModelProto): number {
  return model
    .graph!.initializer.filter(({ name, dims }) => isTrained(name, dims.length))
    .reduce((sum, { dims }) => sum + dims.reduce((product, length) => product * Number(length), 1), 0);
}

const isTrained = (name: string, rank: number): boolean =>
  rank > 0 && /\.(weight|bias|scale|slope)$/.test(name);
