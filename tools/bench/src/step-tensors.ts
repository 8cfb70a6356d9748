import type { FlatEntry, ModelProto, Optimizer, TrainingGraph } from '@lovasz/onnx';
import { flatLength, sizeOf } from '@lovasz/onnx/parts';
import type { PlainTensor } from './plain-tensor.js';

/** What a step reads and what it writes, by name. */
export interface StepTensors {
  readonly feeds: Readonly<Record<string, PlainTensor>>;
  readonly results: Readonly<Record<string, PlainTensor>>;
}

/**
 * The tensors of the first step of training: the weights of the model, moments of zero, random inputs of zero.
 *
 * @param batch images and labels, of the graph's shapes.
 */
export function stepTensors(
  model: ModelProto,
  graph: TrainingGraph,
  optimizer: Optimizer,
  batch: { readonly images: Float32Array; readonly labels: Int32Array },
): StepTensors {
  const initial: Readonly<Record<string, Float32Array>> = {
    parameters: initialValues(model, graph.parameters),
    statistics: initialValues(model, graph.statistics),
  };
  const [[image, imageShape]] = Object.entries(graph.inputShapes) as [[string, readonly number[]]];
  const feeds: Record<string, PlainTensor> = {
    [image]: numbers(imageShape, batch.images),
    labels: { dataType: 'int32', data: batch.labels, shape: graph.labelShape },
  };
  for (const [name, value] of Object.entries(optimizer.scalarsAt(1, 1e-3))) {
    feeds[name] = numbers([], Float32Array.of(value));
  }
  for (const { name, shape } of graph.randomInputs) feeds[name] = numbers(shape);
  const results: Record<string, PlainTensor> = { loss: numbers([]) };
  for (const { name, length } of graph.state) {
    feeds[name] = numbers([length], initial[name]);
    results[`next_${name}`] = numbers([length]);
  }
  return { feeds, results };
}

function numbers(
  shape: readonly number[],
  data: Float32Array = new Float32Array(sizeOf(shape)),
): PlainTensor {
  return { dataType: 'float32', data, shape };
}

/** The entries of a layout, as the model holds them. */
function initialValues(model: ModelProto, layout: readonly FlatEntry[]): Float32Array {
  const tensors = new Map(model.graph!.initializer.map((tensor) => [tensor.name, tensor.rawData]));
  const vector = new Float32Array(flatLength(layout));
  for (const { name, offset, size } of layout) {
    vector.set(new Float32Array(tensors.get(name)!.slice().buffer, 0, size), offset);
  }
  return vector;
}
