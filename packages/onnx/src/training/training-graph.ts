import type { TensorBackend } from '@lovasz/core';
import type { ModelProto } from 'onnx-buf';
import { createOnnxBackend, type JaccardMethod } from '../backend/onnx-backend.js';
import { differentiate } from '../differentiate.js';
import type { Value } from '../ir/value.js';
import { encodeModel, modelBytes } from '../model/encode-model.js';
import { OnnxError } from '../onnx-error.js';
import { genericProfile } from '../passes/generic-profile.js';
import { rewriteGraph } from '../passes/rewrite-graph.js';
import { flatten, flatLength } from './flat-vector.js';
import {
  buildNetwork,
  networkLayout,
  type BatchNormalizationMode,
  type Network,
  type NetworkLayout,
  type RandomInput,
  type Trainable,
} from './network.js';
import type { Optimizer } from './optimizer.js';

/** A loss over the tensor interface: a scalar from the network's first output and the labels. */
export type Loss = <T>(backend: TensorBackend<T>, logits: T, labels: T) => T;

export interface TrainingGraphOptions {
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Shapes of the network's inputs, batch included; needed where the model leaves dimensions open. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Default: that of the logits without their channel axis. */
  readonly labelShape?: readonly number[];
  /** Default `train`. */
  readonly batchNormalization?: BatchNormalizationMode;
  /** Default: every floating-point initializer of rank 1 or more. */
  readonly trainable?: Trainable;
  /** How the Lovász weights are computed. Default `auto`. */
  readonly method?: JaccardMethod;
}

/** Everything that a runtime needs to train a network. */
export interface TrainingGraph extends NetworkLayout {
  /**
   * One step: from the network's inputs, `labels` (int32), `parameters`, `statistics`, the moments, the optimizer's
   * scalars and the random inputs, to `loss` and a `next_…` for each vector of the state.
   */
  readonly step: Uint8Array;
  /** The vectors that make up the state, with their lengths, in the order of the step's inputs. */
  readonly state: readonly { readonly name: string; readonly length: number }[];
  readonly scalars: readonly string[];
  /** The shapes of the network's inputs in training, by name. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  readonly labelShape: readonly number[];
  readonly logitsShape: readonly number[];
  readonly randomInputs: readonly RandomInput[];
}

/** The graph of one training step: forward, loss, backward and update, fused. */
export function buildTrainingGraph(model: ModelProto, options: TrainingGraphOptions): TrainingGraph {
  const layout = networkLayout(model, options.trainable);
  const network = networkOf(model, layout, options, 'train');
  const { graph } = network;
  const { optimizer } = options;
  const { loss, labels, logits } = appendLoss(network, options);
  const gradient = flatten(graph, differentiate(graph, loss, network.parameters));
  const length = flatLength(layout.parameters);
  const moments = optimizer.moments.map((name) => graph.input(name, 'float32', [length]));
  const scalars = Object.fromEntries(
    optimizer.scalars.map((name) => [name, graph.input(name, 'float32', [])]),
  );
  const next = optimizer.update({ graph, parameters: network.parameterVector, gradient, moments, scalars });
  const state = [
    { value: network.parameterVector, next: next.parameters },
    ...(network.statisticsVector === undefined
      ? []
      : [{ value: network.statisticsVector, next: flatten(graph, network.updatedStatistics) }]),
    ...moments.map((value, place) => ({ value, next: next.moments[place]! })),
  ];
  const step = written('step', graph.inputs, [
    { name: 'loss', value: loss },
    ...state.map(({ value, next: updated }) => ({ name: `next_${value.name!}`, value: updated })),
  ]);
  return {
    ...layout,
    step,
    state: state.map(({ value }) => ({ name: value.name!, length: value.shape[0]! })),
    scalars: optimizer.scalars,
    inputShapes: shapesOf(network),
    labelShape: labels.shape,
    logitsShape: logits.shape,
    randomInputs: network.randomInputs,
  };
}

/**
 * A graph from the network's inputs and `labels` to `loss`, `logits`, and the gradient of the loss to every parameter
 * (`gradient/NAME`) and floating-point input; in training mode also the updated `statistics/NAME`.
 */
export function buildGradientGraph(
  model: ModelProto,
  options: Omit<TrainingGraphOptions, 'optimizer'>,
): {
  readonly bytes: Uint8Array;
  readonly layout: NetworkLayout;
  readonly outputs: readonly string[];
  readonly labelShape: readonly number[];
} {
  const layout = networkLayout(model, options.trainable);
  const network = networkOf(model, layout, options, 'train');
  const { graph } = network;
  const { loss, labels, logits } = appendLoss(network, options);
  const inputs = network.inputs.filter((input) => input.dataType === 'float32');
  const gradients = differentiate(graph, loss, [...network.parameters, ...inputs]);
  const names = [...layout.parameters.map(({ name }) => name), ...inputs.map((input) => input.name!)];
  const outputs = [
    { name: 'loss', value: loss },
    { name: 'logits', value: logits },
    ...gradients.map((value, place) => ({ name: `gradient/${names[place]!}`, value })),
    ...layout.statistics.map(({ name }, place) => ({
      name: `statistics/${name}`,
      value: network.updatedStatistics[place]!,
    })),
  ];
  const bytes = written('gradient', graph.inputs, outputs);
  return { bytes, layout, outputs: outputs.map(({ name }) => name), labelShape: labels.shape };
}

/**
 * The network as it predicts: from its inputs, `parameters` and `statistics` to `logits` and `predictions`, the class
 * of the largest logit (the lowest class on a tie).
 */
export function buildEvaluationGraph(
  model: ModelProto,
  options: Pick<TrainingGraphOptions, 'inputShapes' | 'trainable'>,
): {
  readonly bytes: Uint8Array;
  readonly layout: NetworkLayout;
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  readonly predictionShape: readonly number[];
  readonly logitsShape: readonly number[];
} {
  const layout = networkLayout(model, options.trainable);
  const network = networkOf(model, layout, options, 'inference');
  const { graph } = network;
  const logits = network.outputs[0]!.value;
  const predictions = graph.cast(graph.only('ArgMax', [logits], { axis: 1, keepdims: 0 }), 'int32');
  const bytes = written('evaluation', graph.inputs, [{ name: 'predictions', value: predictions }]);
  return {
    bytes,
    layout,
    inputShapes: shapesOf(network),
    predictionShape: predictions.shape,
    logitsShape: logits.shape,
  };
}

function shapesOf(network: Network): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(network.inputs.map((input) => [input.name!, input.shape]));
}

/** The bytes of a graph, written for stock runtimes. */
function written(
  name: string,
  inputs: readonly Value[],
  outputs: readonly { readonly name: string; readonly value: Value }[],
): Uint8Array {
  const rewritten = rewriteGraph(
    inputs,
    outputs.map(({ value }) => value),
    genericProfile,
  );
  return modelBytes(
    encodeModel({
      name,
      inputs: rewritten.inputs,
      outputs: outputs.map((output, place) => ({ name: output.name, value: rewritten.outputs[place]! })),
    }),
  );
}

function networkOf(
  model: ModelProto,
  layout: NetworkLayout,
  options: Pick<TrainingGraphOptions, 'inputShapes' | 'batchNormalization'>,
  mode: 'train' | 'inference',
): Network {
  return buildNetwork(model, layout, {
    mode,
    batchNormalization: options.batchNormalization ?? 'train',
    ...(options.inputShapes === undefined ? {} : { inputShapes: options.inputShapes }),
  });
}

function appendLoss(
  network: Network,
  options: Pick<TrainingGraphOptions, 'loss' | 'labelShape' | 'method'>,
): { loss: Value; labels: Value; logits: Value } {
  const { graph } = network;
  const output = network.outputs[0]!;
  const logits = output.value;
  if (logits.dataType !== 'float32' || logits.rank < 2) {
    throw new OnnxError(
      `output '${output.name}' is ${logits.dataType}[${logits.shape.join(', ')}], expected float32 logits [batch, classes, …]`,
    );
  }
  const shape = options.labelShape ?? logits.shape.filter((_, axis) => axis !== 1);
  const labels = graph.input('labels', 'int32', shape);
  const backend = createOnnxBackend(graph, options.method === undefined ? {} : { method: options.method });
  const value = options.loss(backend, logits, graph.cast(labels, 'float32'));
  return { loss: graph.reshape(value, []), labels, logits };
}
