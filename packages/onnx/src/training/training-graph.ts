import type { BatchNormalizationMode } from '../parameters/batch-normalization-mode.js';
import type { ModelProto } from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import type { Value } from '../graph/value.js';
import type { MemoryPlan } from '../memory/plan-memory.js';
import { modelWarnings } from '../warnings/model-warnings.js';
import type { ProfileName } from '../passes/profiles.js';
import { differentiateNetwork } from './differentiated-network.js';
import { buildEvaluationGraph } from './evaluation-graph.js';
import { flatten } from './flat-vector.js';
import { findParameters } from '../parameters/find-parameters.js';
import type { NetworkLossOptions } from './network-loss.js';
import { inputShapesOf, type LayoutOptions, type NetworkLayout, type RandomInput } from './network.js';
import type { Recompute } from '../differentiation/loss-gradients.js';
import { once } from './once.js';
import type { Optimizer } from './optimizer.js';
import { outputWarnings, type TrainedOutput } from './trained-output.js';
import { describeUntrained } from '../parameters/untrained.js';
import { writeGraph } from './write-graph.js';

export interface TrainingGraphOptions extends NetworkLossOptions, LayoutOptions {
  readonly optimizer: Optimizer;
  /** Shapes of the network's inputs, batch included; needed where the model leaves dimensions open. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Default `train`. */
  readonly batchNormalization?: BatchNormalizationMode;
  /** What the graphs are written for. Default `generic`. */
  readonly profile?: ProfileName;
  /** Less memory for more time: activations are computed a second time in the backward pass. Default: they are kept. */
  readonly recompute?: Recompute;
}

/**
 * The ONNX files with which a runtime trains a network, and what it needs to know of them.
 *
 * The state is a few flat float32 vectors: `parameters`, `statistics` where the network has batch normalization, and
 * the optimizer's moments. What a file changes comes out as `next_NAME`. A file is written when it is first read here.
 * All of them have one layout, in which parameters that no gradient of the loss reaches have no place: those are
 * constants, and `untrained` lists them.
 */
export interface TrainingGraph extends NetworkLayout {
  /**
   * One step, fused: the network's inputs, `labels` (int32), the state, the optimizer's scalars and the random inputs
   * → `loss` and a `next_…` for each vector of the state.
   */
  readonly step: Uint8Array;
  /**
   * The network in training: its inputs, `labels`, `parameters`, `statistics` and the random inputs → `loss`,
   * `logits`, `next_statistics`.
   */
  readonly forward: Uint8Array;
  /**
   * The same inputs → `loss`, `gradient`, `next_statistics`. The gradient is one vector with the layout of the
   * parameters, so that those of several batches can be added up before an update.
   */
  readonly backward: Uint8Array;
  /** The update alone: `parameters`, `gradient`, the moments and the scalars → `next_parameters` and the next moments. */
  readonly optimizer: Uint8Array;
  /**
   * The network as it predicts, by running statistics and without dropout: its inputs, `parameters`, `statistics` →
   * `predictions` (int32, the class of the largest logit; of one score per pixel, 1 where it is above
   * `logitThreshold`) and `logits`.
   */
  readonly evaluate: Uint8Array;
  /** What a run of the step needs, before it is run. */
  readonly memory: MemoryPlan;
  /** The vectors that make up the state, with their lengths, in the order of the step's inputs. */
  readonly state: readonly { readonly name: string; readonly length: number }[];
  readonly scalars: readonly string[];
  /** The shapes of the network's inputs in training, by name. */
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  readonly labelShape: readonly number[];
  /**
   * The constants that the loss compares labels with: the classes that it scores, and its `ignoreIndex`. A label that
   * is neither a class nor among them means nothing to the loss, and it does not say so.
   */
  readonly comparedLabels: readonly number[];
  /** As the network lays them out. */
  readonly logitsShape: readonly number[];
  /** How many classes the network tells apart: 2 where it puts out one score per pixel. */
  readonly classCount: number;
  /** The output that is trained, and how it is read. */
  readonly output: TrainedOutput;
  readonly randomInputs: readonly RandomInput[];
  /**
   * What the exporter did, or the model is, that is harmless for inference and not for this training; and what is not
   * trained, with the reason. One sentence each, to be shown to whoever trains.
   */
  readonly warnings: readonly string[];
}

/**
 * Turns an inference network into training graphs of standard operators.
 *
 * @throws OnnxError when the model cannot be read, it is not clear which axis of its output holds the classes, a
 *   parameter reaches the loss through an operator without gradient, or no gradient reaches any parameter; RangeError for
 *   an option outside of its range, and what the loss throws, as for a loss over classes where there is one score per
 *   pixel.
 *
 * @example
 * const graph = buildTrainingGraph(decodeModel(await readFile('network.onnx')), {
 *   loss: (backend, logits, labels) => lovaszSoftmax(backend, logits, labels, { ignoreIndex: 255 }),
 *   optimizer: sgd({ momentum: 0.9 }),
 *   inputShapes: { image: [8, 3, 180, 240] },
 *   frozen: (name) => name.startsWith('encoder.'),
 * });
 * await writeFile('step.onnx', graph.step);
 */
export function buildTrainingGraph(model: ModelProto, options: TrainingGraphOptions): TrainingGraph {
  const { optimizer, profile } = options;
  const differentiated = differentiateNetwork(model, options);
  const { network, layout, loss, labels, logits, output, comparedLabels } = differentiated;
  const { graph, parameterVector, statisticsVector } = network;
  const forwardInputs = differentiated.inputs;
  const gradient = flatten(graph, differentiated.gradients);
  const update = appendUpdate(graph, optimizer, parameterVector, gradient);
  const statistics =
    statisticsVector === undefined
      ? []
      : [{ value: statisticsVector, next: flatten(graph, network.updatedStatistics) }];
  const [parameters, ...moments] = update;
  const state = [parameters!, ...statistics, ...moments];
  const write = (name: string, inputs: readonly Value[], outputs: Readonly<Record<string, Value>>) =>
    writeGraph(
      name,
      inputs,
      Object.entries(outputs).map(([each, value]) => ({ name: each, value })),
      profile,
    );

  const step = write('step', graph.inputs, { loss, ...nextOf(state) });
  const forward = write('forward', forwardInputs, { loss, logits, ...nextOf(statistics) });
  const backward = write('backward', forwardInputs, { loss, gradient, ...nextOf(statistics) });
  const optimize = once(() => {
    const alone = new GraphBuilder();
    const vector = (name: string): Value => alone.input(name, 'float32', parameterVector.shape);
    const next = appendUpdate(alone, optimizer, vector('parameters'), vector('gradient'));
    return write('optimizer', alone.inputs, nextOf(next)).bytes;
  });
  const evaluate = once(() => buildEvaluationGraph(model, { ...options, layout }).bytes);
  return {
    ...layout,
    get step() {
      return step.bytes;
    },
    get forward() {
      return forward.bytes;
    },
    get backward() {
      return backward.bytes;
    },
    get optimizer() {
      return optimize();
    },
    get evaluate() {
      return evaluate();
    },
    get memory() {
      return step.memory;
    },
    state: state.map(({ value }) => ({ name: value.name!, length: value.shape[0]! })),
    scalars: optimizer.scalars,
    inputShapes: inputShapesOf(network),
    labelShape: labels.shape,
    comparedLabels: [...comparedLabels],
    logitsShape: logits.shape,
    classCount: output.classCount,
    output,
    randomInputs: network.randomInputs,
    warnings: [...outputWarnings(output), ...trainingWarnings(model, layout, options)],
  };
}

function trainingWarnings(
  model: ModelProto,
  layout: NetworkLayout,
  options: TrainingGraphOptions,
): readonly string[] {
  const trained = new Set(layout.parameters.map(({ name }) => name));
  const parameters = findParameters(model).parameters.filter(({ name }) => trained.has(name));
  return [...modelWarnings(model, parameters, options), ...describeUntrained(layout.untrained)];
}

/** A vector of the state, and what it becomes. */
interface Transition {
  readonly value: Value;
  readonly next: Value;
}

/** Writes the optimizer's moments and scalars as inputs, and its update: of the parameters first, then of the moments. */
function appendUpdate(
  graph: GraphBuilder,
  optimizer: Optimizer,
  parameters: Value,
  gradient: Value,
): readonly Transition[] {
  const moments = optimizer.moments.map((name) => graph.input(name, 'float32', parameters.shape));
  const scalars = Object.fromEntries(
    optimizer.scalars.map((name) => [name, graph.input(name, 'float32', [])]),
  );
  const next = optimizer.update({ graph, parameters, gradient, moments, scalars });
  return [
    { value: parameters, next: next.parameters },
    ...moments.map((value, place) => ({ value, next: next.moments[place]! })),
  ];
}

function nextOf(transitions: readonly Transition[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(transitions.map(({ value, next }) => [`next_${value.name!}`, next]));
}
