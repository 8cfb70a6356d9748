import type { ModelProto, TensorProto } from 'onnx-buf';
import type { GraphBuilder } from '../builder/graph-builder.js';
import { dataTypeOfNumber, isFloatingPoint, isHalfPrecision } from '../ir/data-type.js';
import type { Value } from '../ir/value.js';
import { decodeTensor } from '../model/decode-model.js';
import { importModel } from '../model/import-model.js';
import type { ImportedNode } from '../model/imported-node.js';
import { OnnxError } from '../onnx-error.js';
import { normalizeByBatch } from '../operators/normalization.js';
import { initializerUses } from './initializer-uses.js';
import { flatLength, layOut, unflatten, type FlatEntry } from './flat-vector.js';
import { selectionTest, type ParameterSelection } from './parameter-selection.js';
import type { UntrainedParameter } from './untrained.js';

/** How a batch normalization normalizes during training. */
export type BatchNormalizationMode =
  /** By the statistics of the batch; running statistics follow. */
  | 'train'
  /** By the running statistics as they are: for batches too small to estimate them from. */
  | 'frozen';

/** What of a model is trained, and where it lies in the flat vectors that hold its state. */
export interface NetworkLayout {
  /** The trained initializers, in the order of the file. */
  readonly parameters: readonly FlatEntry[];
  /** Running means and variances of batch normalization, in the order of the file. */
  readonly statistics: readonly FlatEntry[];
  /** What could be trained by its kind and is not though no option says so, each with the reason. */
  readonly untrained: readonly UntrainedParameter[];
}

/** A dropout mask is decided by uniform random numbers that are fed at every step. */
export interface RandomInput {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A network written into a graph, with its state as inputs. */
export interface Network {
  readonly graph: GraphBuilder;
  readonly inputs: readonly Value[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  /** The flat vectors. `undefined` when there is nothing in them. */
  readonly parameterVector: Value;
  readonly statisticsVector: Value | undefined;
  /** The trained values, parallel to the layout. */
  readonly parameters: readonly Value[];
  /** What each running statistic becomes after this batch, parallel to the layout. */
  readonly updatedStatistics: readonly Value[];
  readonly randomInputs: readonly RandomInput[];
}

/** Which of a model's parameters are trained: those that are floating point and of rank 1 or more. */
export interface LayoutOptions {
  /** Default: all. */
  readonly trainable?: ParameterSelection;
  /** What is not trained of those: it stays a constant of the graphs. Default: none. */
  readonly frozen?: ParameterSelection;
}

/**
 * The tensors of a model that can be trained, of whatever precision, and those that batch normalization keeps by itself:
 * its running means and variances. An initializer that no node reads is neither.
 */
export function findParameters(model: ModelProto): {
  readonly parameters: readonly TensorProto[];
  readonly statistics: readonly TensorProto[];
} {
  const graph = model.graph!;
  const uses = initializerUses(model);
  const read = new Set(uses.map(({ initializer }) => initializer));
  const usedAt = (positions: Readonly<Record<string, readonly number[]>>): ReadonlySet<string> =>
    new Set(
      uses
        .filter(({ operator, position }) => positions[operator]?.includes(position))
        .map(({ initializer }) => initializer),
    );
  const structural = usedAt(structuralInputs);
  const statistics = usedAt({ BatchNormalization: [3, 4] });
  const candidates = graph.initializer.filter(
    ({ name, dims, dataType }) => read.has(name) && dims.length > 0 && isReal(dataType),
  );
  return {
    parameters: candidates.filter(({ name }) => !statistics.has(name) && !structural.has(name)),
    statistics: candidates.filter(({ name }) => statistics.has(name)),
  };
}

/**
 * Decides what is trained, of what can be.
 *
 * @throws OnnxError when nothing is left to train, a listed name is no parameter, or weights are not float32.
 */
export function networkLayout(model: ModelProto, options: LayoutOptions = {}): NetworkLayout {
  const { trainable, frozen } = options;
  const { parameters, statistics } = findParameters(model);
  const names = new Set(parameters.map(({ name }) => name));
  const isTrainable = selectionTest('trainable', trainable ?? (() => true), names);
  const isFrozen = selectionTest('frozen', frozen ?? (() => false), names);
  const trained = parameters.filter(({ name }) => isTrainable(name) && !isFrozen(name));
  if (trained.length === 0) throw new OnnxError('the model has no initializer to train');
  // Decoding refuses them by name.
  for (const tensor of [...trained, ...statistics]) {
    if (isHalfPrecision(tensor.dataType)) decodeTensor(tensor);
  }
  const shapes = (tensors: readonly TensorProto[]): { name: string; shape: number[] }[] =>
    tensors.map(({ name, dims }) => ({ name, shape: dims.map(Number) }));
  return {
    parameters: layOut(shapes(trained)),
    statistics: layOut(shapes(statistics)),
    untrained: [],
  };
}

function isReal(dataType: number): boolean {
  const type = dataTypeOfNumber(dataType);
  return isHalfPrecision(dataType) || (type !== undefined && isFloatingPoint(type));
}

/** Inputs that say how an operator computes, by operator: never trained though they may be floating point. */
const structuralInputs: Readonly<Record<string, readonly number[]>> = {
  Clip: [1, 2],
  Dropout: [1, 2],
  Pad: [1, 2],
  Resize: [1, 2, 3],
  Upsample: [1],
};

/**
 * Writes a model into a new graph whose trained weights and running statistics are two flat inputs.
 *
 * @param mode `train` normalizes by the batch and drops out; `inference` does neither.
 */
export function buildNetwork(
  model: ModelProto,
  layout: NetworkLayout,
  options: {
    readonly mode: 'train' | 'inference';
    /** Default `train`. */
    readonly batchNormalization?: BatchNormalizationMode;
    readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  },
): Network {
  const state: { vector?: Value; statistics?: Value; entries?: Map<string, Value> } = {};
  const entriesIn = (graph: GraphBuilder): Map<string, Value> => {
    if (state.entries !== undefined) return state.entries;
    state.vector = graph.input('parameters', 'float32', [flatLength(layout.parameters)]);
    const parts = unflatten(graph, state.vector, layout.parameters);
    state.entries = new Map(layout.parameters.map(({ name }, place) => [name, parts[place]!]));
    if (layout.statistics.length > 0) {
      state.statistics = graph.input('statistics', 'float32', [flatLength(layout.statistics)]);
      const statistics = unflatten(graph, state.statistics, layout.statistics);
      layout.statistics.forEach(({ name }, place) => state.entries!.set(name, statistics[place]!));
    }
    return state.entries;
  };
  const updated = new Map<Value, Value>();
  const randomInputs: RandomInput[] = [];
  const training = options.mode === 'train';
  const overrides = {
    Dropout: (graph: GraphBuilder, node: ImportedNode) =>
      training ? dropout(graph, node, randomInputs) : [node.inputs[0]!],
    // Whether the batch or the running statistics normalize is decided here, whatever mode the model was exported in.
    BatchNormalization: (graph: GraphBuilder, node: ImportedNode) =>
      training && options.batchNormalization !== 'frozen'
        ? trainedBatchNormalization(graph, node, updated)
        : settledBatchNormalization(graph, node),
  };
  const imported = importModel(model, {
    ...(options.inputShapes === undefined ? {} : { inputShapes: options.inputShapes }),
    overrides,
    initializer: (name, { dataType }, graph) => {
      const entry = entriesIn(graph).get(name);
      if (entry !== undefined && dataType !== 'float32') {
        throw new OnnxError(`holds ${dataType}; trained weights must be float32`, {
          operator: 'initializer',
          node: name,
        });
      }
      return entry;
    },
  });
  const entries = entriesIn(imported.graph);
  return {
    graph: imported.graph,
    inputs: imported.inputs,
    outputs: imported.outputs,
    parameterVector: state.vector!,
    statisticsVector: state.statistics,
    parameters: layout.parameters.map(({ name }) => entries.get(name)!),
    updatedStatistics: layout.statistics.map(({ name }) => {
      const value = entries.get(name)!;
      return updated.get(value) ?? value;
    }),
    randomInputs,
  };
}

/** The shapes of the network's inputs, by name. */
export function inputShapesOf(network: Network): Readonly<Record<string, readonly number[]>> {
  return Object.fromEntries(network.inputs.map((input) => [input.name!, input.shape]));
}

/**
 * Normalizes by the batch. The running statistics are updated here, the variance with n/(n − 1) as in PyTorch (the
 * operator itself would take the population variance).
 */
function trainedBatchNormalization(
  graph: GraphBuilder,
  node: ImportedNode,
  updated: Map<Value, Value>,
): readonly Value[] {
  const [x, scale, bias, runningMean, runningVariance] = node.inputs as Value[];
  const momentum = (node.attributes['momentum'] as number | undefined) ?? 0.9;
  const epsilon = (node.attributes['epsilon'] as number | undefined) ?? 1e-5;
  const { y, mean, variance } = normalizeByBatch(
    graph,
    { x: x!, scale: scale!, bias: bias!, epsilon },
    node.name,
  );
  const count = x!.shape.reduce((product, length) => product * length, 1) / x!.shape[1]!;
  if (count < 2) {
    throw new OnnxError(
      `normalizes ${count} value per channel; a batch needs at least 2, or batchNormalization 'frozen'`,
      { operator: 'BatchNormalization', node: node.name },
    );
  }
  // A normalization that is used twice updates its statistics twice.
  const blend = (running: Value, batch: Value): Value => {
    const before = updated.get(running) ?? running;
    const after = graph.add(graph.multiply(before, momentum), graph.multiply(batch, 1 - momentum));
    updated.set(running, after);
    return after;
  };
  return [
    y,
    blend(runningMean!, mean),
    blend(runningVariance!, graph.multiply(variance, count / (count - 1))),
  ];
}

/** Normalizes by the running statistics and leaves them as they are. */
function settledBatchNormalization(graph: GraphBuilder, node: ImportedNode): readonly Value[] {
  const [, , , mean, variance] = node.inputs as Value[];
  const attributes = { ...node.attributes, training_mode: 0 };
  const y = graph.apply('BatchNormalization', node.inputs, attributes, { name: node.name })[0]!;
  return [y, mean!, variance!];
}

/** Keeps each entry with probability 1 − ratio and scales it by 1/(1 − ratio), by uniform numbers fed from outside. */
function dropout(graph: GraphBuilder, node: ImportedNode, randomInputs: RandomInput[]): readonly Value[] {
  const x = node.inputs[0]!;
  const ratio = node.inputs[1]?.constant === undefined ? 0.5 : Number(node.inputs[1].constant.data[0]);
  if (ratio === 0) return [x];
  const name = `random_${randomInputs.length}`;
  randomInputs.push({ name, shape: x.shape });
  const uniform = graph.input(name, 'float32', x.shape);
  const kept = graph.cast(graph.only('GreaterOrEqual', [uniform, graph.constant(ratio)]), 'float32');
  return [graph.multiply(x, graph.multiply(kept, 1 / (1 - ratio)))];
}
