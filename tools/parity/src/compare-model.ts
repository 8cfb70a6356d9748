import { join } from 'node:path';
import { crossEntropy, lovaszSoftmax } from '@lovasz/core';
import { decodeModel, type FlatEntry, type Loss, type ModelProto } from '@lovasz/onnx';
import { buildGradientGraph, flatLength, numbersOfInitializer } from '@lovasz/onnx/parts';
import { readModel } from '@lovasz/onnxruntime';
import { type SafetensorsTensor } from '@lovasz/onnxruntime/safetensors';
import { largestDifference } from './largest-difference.js';
import { readTensors } from './read-case-folder.js';
import { runOnce, type Feed } from './run-once.js';
import { runtimes, type Runtime } from './runtimes.js';

/** An exported network and what it computes in each of its cases: an entry of `models.json`. */
export interface ModelCase {
  readonly name: string;
  readonly file: string;
  readonly tensors: string;
  readonly ignore_index: number;
  readonly label_shape: readonly number[];
  readonly parameters: readonly { readonly initializer: string }[];
  readonly cases: readonly PassCase[];
  readonly tolerance?: Tolerance;
}

/** One forward and backward pass. */
export interface PassCase {
  readonly name: string;
  readonly batch_norm: 'eval' | 'train';
  readonly inputs: Readonly<Record<string, string>>;
  readonly labels: string;
  readonly logits: string;
  readonly losses: Readonly<Record<string, number>>;
  readonly gradients: Readonly<Record<string, string>>;
  readonly input_gradients?: Readonly<Record<string, string>>;
  readonly running_statistics?: string;
  /** How far the gradients of PyTorch in float32 are from those in float64. */
  readonly float32_gradient_error?: number;
  readonly tolerance?: Tolerance;
}

interface Tolerance {
  /** Relative where they may be large: a network with random weights does not keep them near 1. */
  readonly logits: { readonly absolute: number } | { readonly relative_to_tensor_maximum: number };
  readonly loss: { readonly relative: number };
  readonly gradient: {
    readonly relative_to_tensor_maximum: number;
    readonly floor_relative_to_model_maximum: number;
  };
  readonly running?: { readonly relative_to_tensor_maximum: number };
}

/** How far one quantity is from what was expected, in the measure of its tolerance. */
export interface Deviation {
  readonly error: number;
  readonly tolerance: number;
  /** The tensor that is furthest off. */
  readonly tensor: string;
}

/** What came of compiling and running one network for one loss. */
export interface ModelComparison {
  /** From the model in memory to the bytes of its gradient graph. */
  readonly compileSeconds: number;
  /** Of the gradient graph. */
  readonly nodes: number;
  readonly loss: Deviation;
  readonly logits: Deviation;
  readonly gradients: Deviation;
  /** Running means and variances after the pass. */
  readonly statistics?: Deviation;
}

const losses: Readonly<Record<string, (ignoreIndex: number) => Loss>> = {
  cross_entropy: (ignoreIndex) => (backend, logits, labels) =>
    crossEntropy(backend, logits, labels, { ignoreIndex }),
  lovasz_softmax: (ignoreIndex) => (backend, logits, labels) =>
    lovaszSoftmax(backend, logits, labels, { ignoreIndex }),
};

/**
 * Differentiates a network, runs it on stock ONNX Runtime, and compares logits, loss, the gradient of every parameter
 * and of the input, and the running statistics.
 *
 * @param folder where the files that `network` names lie.
 * @param runtime what executes the graph. Default: ONNX Runtime's CPU provider.
 * @throws whatever reading, compiling or running throws.
 */
export async function compareModel(
  folder: string,
  network: ModelCase,
  each: PassCase,
  lossName: string,
  { provider, profile }: Runtime = runtimes['onnxruntime']!,
): Promise<ModelComparison> {
  const model = await readModel(join(folder, network.file));
  const tensors = await readTensors(folder, network.tensors);
  const numbers = (key: string): SafetensorsTensor => {
    const tensor = tensors.get(key);
    if (tensor === undefined) throw new RangeError(`no tensor "${key}" in ${network.tensors}`);
    return tensor;
  };
  const loss = losses[lossName];
  if (loss === undefined) throw new TypeError(`unknown loss "${lossName}"`);
  const tolerance = network.tolerance ?? each.tolerance;
  if (tolerance === undefined) throw new TypeError(`no tolerance for ${network.name}`);
  const inputs = Object.entries(each.inputs).map(([name, key]) => ({ name, tensor: numbers(key) }));
  const labels = numbers(each.labels);
  const trained = new Set(network.parameters.map(({ initializer }) => initializer));
  const started = performance.now();
  const graph = buildGradientGraph(model, {
    loss: loss(network.ignore_index),
    inputShapes: Object.fromEntries(inputs.map(({ name, tensor }) => [name, tensor.shape])),
    labelShape: labels.shape,
    batchNormalization: each.batch_norm === 'train' ? 'train' : 'frozen',
    trainable: (name) => trained.has(name),
    profile,
  });
  const compileSeconds = (performance.now() - started) / 1000;
  const feeds = [
    ...inputs.map(({ name, tensor }) => ({
      name,
      dataType: tensor.dtype === 'I64' ? 'int64' : 'float32',
      shape: tensor.shape,
      data: plain(tensor),
    })),
    { name: 'labels', dataType: 'int32', shape: labels.shape, data: plain(labels) },
    vector('parameters', model, graph.layout.parameters),
    ...(graph.layout.statistics.length === 0 ? [] : [vector('statistics', model, graph.layout.statistics)]),
  ];
  const found = await runOnce(graph.bytes, feeds, provider);

  const expectedLoss = each.losses[lossName]!;
  const prefix = each.gradients[lossName]!;
  const gradients = network.parameters.map(({ initializer }) => ({
    name: initializer,
    expected: plain(numbers(`${prefix}${initializer}`)),
  }));
  const floor =
    tolerance.gradient.floor_relative_to_model_maximum *
    gradients.reduce((most, { expected }) => Math.max(most, maximum(expected)), 0);
  const inputKey = each.input_gradients?.[lossName];
  if (inputKey !== undefined) gradients.push({ name: 'x', expected: plain(numbers(inputKey)) });
  const running = each.running_statistics;
  return {
    compileSeconds,
    nodes: decodeModel(graph.bytes).graph!.node.length,
    loss: {
      error: Math.abs(found.get('loss')![0]! - expectedLoss) / Math.abs(expectedLoss),
      tolerance: tolerance.loss.relative,
      tensor: 'loss',
    },
    logits: deviationOfLogits(found.get('logits')!, plain(numbers(each.logits)), tolerance.logits),
    gradients: furthest(
      gradients.map(({ name, expected }) => {
        const actual = found.get(`gradient/${name}`);
        if (actual === undefined) throw new RangeError(`no gradient for '${name}'`);
        return {
          error: largestDifference(actual, expected) / Math.max(maximum(expected), floor),
          tensor: name,
        };
      }),
      tolerance.gradient.relative_to_tensor_maximum,
    ),
    ...(running === undefined
      ? {}
      : {
          statistics: furthest(
            graph.layout.statistics.map(({ name }) => {
              const expected = plain(numbers(`${running}${name}`));
              const actual = found.get(`statistics/${name}`)!;
              return { error: largestDifference(actual, expected) / maximum(expected), tensor: name };
            }),
            tolerance.running!.relative_to_tensor_maximum,
          ),
        }),
  };
}

/** The deviations of a comparison, by what they are of. */
export function deviationsOf({ loss, logits, gradients, statistics }: ModelComparison): readonly Deviation[] {
  return [loss, logits, gradients, ...(statistics === undefined ? [] : [statistics])];
}

function deviationOfLogits(
  found: Float64Array,
  expected: Float64Array,
  tolerance: Tolerance['logits'],
): Deviation {
  const error = largestDifference(found, expected);
  return 'absolute' in tolerance
    ? { error, tolerance: tolerance.absolute, tensor: 'logits' }
    : {
        error: error / maximum(expected),
        tolerance: tolerance.relative_to_tensor_maximum,
        tensor: 'logits',
      };
}

/** The worst of them; NaN is further off than any number. */
function furthest(errors: readonly { error: number; tensor: string }[], tolerance: number): Deviation {
  const first = { error: 0, tensor: '' };
  const worst = errors.reduce(
    (most, each) => (Number.isNaN(most.error) || each.error <= most.error ? most : each),
    first,
  );
  return { ...worst, tolerance };
}

const plain = (tensor: SafetensorsTensor): Float64Array =>
  Float64Array.from<number | bigint>(tensor.data, Number);

function maximum(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

/** The initializers of a layout as one flat input. */
function vector(name: string, model: ModelProto, layout: readonly FlatEntry[]): Feed {
  const data = new Float32Array(flatLength(layout));
  const byName = new Map(model.graph!.initializer.map((tensor) => [tensor.name, tensor]));
  for (const entry of layout) {
    data.set(numbersOfInitializer(byName.get(entry.name)!), entry.offset);
  }
  return { name, dataType: 'float32', shape: [data.length], data };
}
