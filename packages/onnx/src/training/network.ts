import type { BatchNormalizationMode } from '../parameters/batch-normalization-mode.js';
import type { ModelProto } from 'onnx-buf';
import type { GraphWriter } from '../graph/graph-writer.js';
import type { Value } from '../graph/value.js';
import { importModel } from '../model/import-model.js';
import type { ImportedNode } from '../model/imported-node.js';
import { OnnxError } from '../graph/onnx-error.js';
import { normalizeByBatch } from '../operators/normalization.js';
import type { Equal } from '../parameters/equal-tensors.js';
import { readSharing, type SharingOptions } from '../parameters/sharing.js';
import { surveyModel, type Surveyed } from '../parameters/survey.js';
import { trainedForm, withoutHalfPrecision } from '../parameters/trained-form.js';
import { flatLength, layOut, unflatten, type FlatEntry } from './flat-vector.js';
import { selectionTest, type ParameterSelection } from './parameter-selection.js';
import type { UntrainedParameter } from '../parameters/untrained.js';
import { sizeOf } from '../graph/tensor.js';

/** What of a model is trained, and where it lies in the flat vectors that hold its state. */
export interface NetworkLayout {
  /** What is trained, in the order of the file. */
  readonly parameters: readonly FlatEntry[];
  /** Running means and variances of batch normalization, in the order of the file. */
  readonly statistics: readonly FlatEntry[];
  /** Tensors that follow another one, by the option `tie`. */
  readonly ties: readonly Equal[];
  /** Tensors that the file has as one with another, and that are taken apart, trained or not. */
  readonly separated: readonly string[];
  /** The other floating-point tensors of rank 1 and more, and quantized weights, each with the reason. */
  readonly untrained: readonly UntrainedParameter[];
}

/** A dropout mask is decided by uniform random numbers that are fed at every step. */
export interface RandomInput {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A network written into a graph, with its state as inputs. */
export interface Network {
  readonly graph: GraphWriter;
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

/** Which of a model's tensors are trained, where that is not as `docs/reading-models.md` says. */
export interface LayoutOptions extends SharingOptions {
  /**
   * What is trained, in place of the rule: a list of names, or a test, which is asked for every tensor that can be
   * trained and told what the rule says of it. Default: the rule.
   */
  readonly trainable?: ParameterSelection;
  /** What is not trained of those: it stays a constant of the graphs. Default: none. */
  readonly frozen?: ParameterSelection;
}

/**
 * Decides what is trained, of what a model holds: by the rule of `docs/reading-models.md`, and by what the options say
 * otherwise.
 *
 * @throws OnnxError when nothing is left to train, an option names what the model does not have, or a tensor that
 *   cannot be trained.
 */
export function networkLayout(model: ModelProto, options: LayoutOptions = {}): NetworkLayout {
  const { trainable, frozen } = options;
  const { sharing, pairs } = readSharing(model, options);
  const survey = surveyModel(model, sharing);
  const tied = new Set(pairs.map(({ tensor }) => tensor));
  const known = survey.tensors.filter(({ kind }) => kind !== 'statistic');
  const candidates = known.filter(({ exclusion }) => exclusion?.final !== true);
  const names = new Set(candidates.map(({ tensor }) => tensor.name));
  const byDefault = new Set(
    known.filter(({ kind }) => kind === 'parameter').map(({ tensor }) => tensor.name),
  );
  refuseUntrainable(trainable, known);
  const isTrainable = selectionTest('trainable', trainable ?? ((name) => byDefault.has(name)), names);
  const isFrozen = selectionTest('frozen', frozen ?? (() => false), names);
  const reasons = new Map<string, Omit<UntrainedParameter, 'name'>>();
  for (const { tensor, exclusion } of known) {
    const { name } = tensor;
    if (tied.has(name)) continue;
    if (exclusion?.final === true) reasons.set(name, exclusion);
    else if (!isTrainable(name, byDefault.has(name)))
      reasons.set(name, exclusion ?? { reason: 'is not among those to train', isExpected: true });
    else if (isFrozen(name, byDefault.has(name)))
      reasons.set(name, { reason: 'is frozen', isExpected: true });
  }
  const trained = candidates.filter(({ tensor: { name } }) => !tied.has(name) && !reasons.has(name));
  if (trained.length === 0) throw nothingToTrain(reasons);
  const entries = (some: readonly Surveyed[]): readonly FlatEntry[] =>
    layOut(some.map(({ tensor: { name, dims } }) => ({ name, shape: dims.map(Number) })));
  return {
    parameters: entries(trained),
    statistics: entries(survey.tensors.filter(({ kind }) => kind === 'statistic')),
    ties: pairs,
    separated: survey.separated,
    untrained: known.flatMap(({ tensor: { name, dims } }) => {
      const found = reasons.get(name);
      if (found === undefined || (dims.length === 0 && !byDefault.has(name))) return [];
      return [
        found.isExpected === true
          ? { name, reason: found.reason, isExpected: true }
          : { name, reason: found.reason },
      ];
    }),
  };
}

function nothingToTrain(reasons: ReadonlyMap<string, Omit<UntrainedParameter, 'name'>>): OnnxError {
  const shown = [...reasons].slice(0, 3).map(([name, { reason }]) => `'${name}' ${reason}`);
  const rest = reasons.size > 3 ? `; and ${reasons.size - 3} more` : '';
  return new OnnxError(
    `the model has no initializer to train${shown.length === 0 ? '' : `: ${shown.join('; ')}${rest}`}`,
  );
}

/** Refuses names of what cannot be trained, with the cause. */
function refuseUntrainable(trainable: ParameterSelection | undefined, known: readonly Surveyed[]): void {
  if (trainable === undefined || typeof trainable === 'function') return;
  const named = new Set(trainable);
  const refused = known.find(({ tensor, exclusion }) => named.has(tensor.name) && exclusion?.final === true);
  if (refused === undefined) return;
  throw new OnnxError(
    `trainable names '${refused.tensor.name}', which cannot be trained: it ${refused.exclusion!.reason}`,
  );
}

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
  const entriesIn = (graph: GraphWriter): Map<string, Value> => {
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
  const isFed = fedValues((input) => input === state.vector || input === state.statistics);
  const randomInputs: RandomInput[] = [];
  const training = options.mode === 'train';
  const overrides = {
    Dropout: (graph: GraphWriter, node: ImportedNode) =>
      training ? dropout(graph, node, randomInputs) : [node.inputs[0]!],
    // Whether the batch or the running statistics normalize is decided here, whatever mode the model was exported in.
    // What depends on no input of the network is weights, which are standardised in prediction too.
    BatchNormalization: (graph: GraphWriter, node: ImportedNode) => {
      if (node.attributes['training_mode'] === 1 && !isFed(graph, node.inputs[0]!)) {
        return standardization(graph, node);
      }
      return training && options.batchNormalization !== 'frozen'
        ? trainedBatchNormalization(graph, node, updated)
        : settledBatchNormalization(graph, node);
    },
  };
  const form = withoutHalfPrecision(trainedForm(model, namesOf(layout), layout.ties));
  const imported = importModel(form, {
    ...(options.inputShapes === undefined ? {} : { inputShapes: options.inputShapes }),
    overrides,
    initializer: (name, { dataType }, graph) => {
      // The state is float32, whatever the file holds.
      const entry = entriesIn(graph).get(name);
      return entry === undefined || dataType === 'float32' ? entry : graph.cast(entry, dataType);
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

/** The tensors that a layout needs as initializers of their own. */
function namesOf({ parameters, statistics, separated }: NetworkLayout): ReadonlySet<string> {
  return new Set([...[...parameters, ...statistics].map(({ name }) => name), ...separated]);
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
  graph: GraphWriter,
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
  const count = sizeOf(x!.shape) / x!.shape[1]!;
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

/** Normalizes weights by their own mean and variance; the operator's running statistics are nobody's. */
function standardization(graph: GraphWriter, node: ImportedNode): readonly Value[] {
  const [x, scale, bias, mean, variance] = node.inputs as Value[];
  const epsilon = (node.attributes['epsilon'] as number | undefined) ?? 1e-5;
  const { y } = normalizeByBatch(graph, { x: x!, scale: scale!, bias: bias!, epsilon }, node.name);
  return [y, mean!, variance!];
}

/** Whether a value depends on an input of the graph, other than those that hold its state. */
function fedValues(isState: (input: Value) => boolean): (graph: GraphWriter, value: Value) => boolean {
  const known = new Map<Value, boolean>();
  return (graph, value) => {
    const inputs = new Set(graph.inputs);
    const stack = [value];
    for (let next = stack.at(-1); next !== undefined; next = stack.at(-1)) {
      if (known.has(next)) {
        stack.pop();
        continue;
      }
      const operands = (next.producer?.inputs ?? []).filter((input) => input !== undefined);
      const open = operands.filter((operand) => !known.has(operand));
      if (open.length > 0) {
        stack.push(...open);
        continue;
      }
      known.set(next, (inputs.has(next) && !isState(next)) || operands.some((each) => known.get(each)));
      stack.pop();
    }
    return known.get(value)!;
  };
}

/** Normalizes by the running statistics and leaves them as they are. */
function settledBatchNormalization(graph: GraphWriter, node: ImportedNode): readonly Value[] {
  const [, , , mean, variance] = node.inputs as Value[];
  const attributes = { ...node.attributes, training_mode: 0 };
  const y = graph.apply('BatchNormalization', node.inputs, attributes, { name: node.name })[0]!;
  return [y, mean!, variance!];
}

/**
 * Keeps each entry with probability 1 − ratio and scales it by 1/(1 − ratio), by uniform numbers fed from outside.
 *
 * @throws OnnxError when the ratio is no constant, or not in [0, 1).
 */
function dropout(graph: GraphWriter, node: ImportedNode, randomInputs: RandomInput[]): readonly Value[] {
  const x = node.inputs[0]!;
  const given = node.inputs[1];
  if (given !== undefined && given.constant === undefined) {
    throw new OnnxError('has a ratio that is computed from what is fed or trained; expected a constant', {
      operator: 'Dropout',
      node: node.name,
    });
  }
  const ratio = given === undefined ? 0.5 : Number(given.constant!.data[0]);
  if (!(ratio >= 0 && ratio < 1)) {
    throw new OnnxError(`has ratio ${ratio}; expected a number in [0, 1)`, {
      operator: 'Dropout',
      node: node.name,
    });
  }
  if (ratio === 0) return [x];
  const name = `random_${randomInputs.length}`;
  randomInputs.push({ name, shape: x.shape });
  const uniform = graph.input(name, 'float32', x.shape);
  const kept = graph.cast(graph.only('GreaterOrEqual', [uniform, graph.constant(ratio)]), 'float32');
  return [graph.multiply(x, graph.multiply(kept, 1 / (1 - ratio)))];
}
