import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crossEntropy, lovaszSoftmax } from '@lovasz/core';
import {
  buildGradientGraph,
  flatLength,
  numbersOfInitializer,
  type FlatEntry,
  type Loss,
  type ModelProto,
} from '@lovasz/onnx';
import { readModel } from '@lovasz/onnxruntime';
import { type SafetensorsTensor } from '@lovasz/onnxruntime/safetensors';
import { readTensors } from '../read-case-folder.js';
import type { Outcome } from '../report.js';
import { runOnce } from '../run-once.js';
import { UsageError } from '../usage-error.js';

interface ModelCase {
  readonly name: string;
  readonly file: string;
  readonly tensors: string;
  readonly ignore_index: number;
  readonly label_shape: readonly number[];
  readonly parameters: readonly { readonly initializer: string }[];
  readonly cases: readonly {
    readonly name: string;
    readonly batch_norm: 'eval' | 'train';
    readonly inputs: Readonly<Record<string, string>>;
    readonly labels: string;
    readonly logits: string;
    readonly losses: Readonly<Record<string, number>>;
    readonly gradients: Readonly<Record<string, string>>;
    readonly input_gradients?: Readonly<Record<string, string>>;
    readonly running_statistics?: string;
    readonly tolerance: {
      readonly logits: { readonly absolute: number };
      readonly loss: { readonly relative: number };
      readonly gradient: {
        readonly relative_to_tensor_maximum: number;
        readonly floor_relative_to_model_maximum: number;
      };
      readonly running?: { readonly relative_to_tensor_maximum: number };
    };
  }[];
  readonly tolerance: ModelCase['cases'][number]['tolerance'];
}

const losses: Readonly<Record<string, (ignoreIndex: number) => Loss>> = {
  cross_entropy: (ignoreIndex) => (backend, logits, labels) =>
    crossEntropy(backend, logits, labels, { ignoreIndex }),
  lovasz_softmax: (ignoreIndex) => (backend, logits, labels) =>
    lovaszSoftmax(backend, logits, labels, { ignoreIndex }),
};

/**
 * Compares exported networks: logits, loss, the gradient of every parameter and of the input, and the running
 * statistics of batch normalization, one outcome per case and loss.
 *
 * Every quantity has a tolerance of its own; the error printed is the largest of error / tolerance, so 1 is the limit.
 *
 * @param folder where `models.json` lies, with `NAME.onnx` and `NAME.safetensors`.
 */
export async function* compareModels(folder: string, backendName: string): AsyncGenerator<Outcome> {
  if (backendName !== 'onnxruntime')
    throw new UsageError(`unknown backend "${backendName}"; accepted: onnxruntime`);
  const models = await readFile(join(folder, 'models.json'), 'utf8').then(
    (text) => (JSON.parse(text) as { models: readonly ModelCase[] }).models,
    (error: Error) => {
      throw new UsageError(`cannot read models.json in "${folder}": ${error.message}`);
    },
  );
  for (const network of models) {
    for (const each of network.cases) {
      for (const loss of Object.keys(each.losses)) {
        const name = `${network.name}/${each.name}/${loss}`;
        try {
          yield { name, tolerance: 1, largestError: await compareModel(folder, network, each, loss) };
        } catch (error) {
          yield { name, tolerance: 1, reason: (error as Error).message };
        }
      }
    }
  }
}

async function compareModel(
  folder: string,
  network: ModelCase,
  each: ModelCase['cases'][number],
  lossName: string,
): Promise<number> {
  const model = await readModel(join(folder, network.file));
  const tensors = await readTensors(folder, network.tensors);
  const numbers = (key: string): SafetensorsTensor => {
    const tensor = tensors.get(key);
    if (tensor === undefined) throw new RangeError(`no tensor "${key}" in ${network.tensors}`);
    return tensor;
  };
  const loss = losses[lossName];
  if (loss === undefined) throw new TypeError(`unknown loss "${lossName}"`);
  const inputs = Object.entries(each.inputs).map(([name, key]) => ({ name, tensor: numbers(key) }));
  const labels = numbers(each.labels);
  const trained = new Set(network.parameters.map(({ initializer }) => initializer));
  const graph = buildGradientGraph(model, {
    loss: loss(network.ignore_index),
    inputShapes: Object.fromEntries(inputs.map(({ name, tensor }) => [name, tensor.shape])),
    labelShape: labels.shape,
    batchNormalization: each.batch_norm === 'train' ? 'train' : 'frozen',
    trainable: (name) => trained.has(name),
  });
  const found = await runOnce(graph.bytes, [
    ...inputs.map(({ name, tensor }) => ({
      name,
      dataType: tensor.dtype === 'I64' ? 'int64' : 'float32',
      shape: tensor.shape,
      data: plain(tensor),
    })),
    { name: 'labels', dataType: 'int32', shape: labels.shape, data: plain(labels) },
    vector('parameters', model, graph.layout.parameters),
    ...(graph.layout.statistics.length === 0 ? [] : [vector('statistics', model, graph.layout.statistics)]),
  ]);

  const tolerance = network.tolerance ?? each.tolerance;
  let largest = 0;
  const note = (error: number): void => {
    if (error > largest || Number.isNaN(error)) largest = error;
  };
  const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    if (a.length !== b.length) throw new RangeError(`${a.length} entries, expected ${b.length}`);
    let most = 0;
    for (let entry = 0; entry < a.length; entry++) {
      const error = Math.abs(a[entry]! - b[entry]!);
      if (error > most || Number.isNaN(error)) most = error;
    }
    return most;
  };
  const expectedLoss = each.losses[lossName]!;
  note(Math.abs(found.get('loss')![0]! - expectedLoss) / Math.abs(expectedLoss) / tolerance.loss.relative);
  note(difference(found.get('logits')!, plain(numbers(each.logits))) / tolerance.logits.absolute);

  const prefix = each.gradients[lossName]!;
  const gradients = network.parameters.map(({ initializer }) => ({
    name: initializer,
    expected: plain(numbers(`${prefix}${initializer}`)),
  }));
  const inputKey = each.input_gradients?.[lossName];
  if (inputKey !== undefined) gradients.push({ name: 'x', expected: plain(numbers(inputKey)) });
  const modelMaximum = Math.max(
    ...gradients.slice(0, network.parameters.length).map(({ expected }) => maximum(expected)),
  );
  for (const { name, expected } of gradients) {
    const actual = found.get(`gradient/${name}`);
    if (actual === undefined) throw new RangeError(`no gradient for '${name}'`);
    const { relative_to_tensor_maximum: relative, floor_relative_to_model_maximum: floor } =
      tolerance.gradient;
    note(difference(actual, expected) / Math.max(maximum(expected), floor * modelMaximum) / relative);
  }
  if (each.running_statistics !== undefined) {
    for (const { name } of graph.layout.statistics) {
      const expected = plain(numbers(`${each.running_statistics}${name}`));
      note(
        difference(found.get(`statistics/${name}`)!, expected) /
          maximum(expected) /
          tolerance.running!.relative_to_tensor_maximum,
      );
    }
  }
  return largest;
}

const plain = (tensor: SafetensorsTensor): Float64Array =>
  Float64Array.from<number | bigint>(tensor.data, Number);

const maximum = (values: ArrayLike<number>): number =>
  Array.prototype.reduce.call<ArrayLike<number>, [(most: number, value: number) => number, number], number>(
    values,
    (most, value) => Math.max(most, Math.abs(value)),
    0,
  );

/** The initializers of a layout as one flat input. */
function vector(
  name: string,
  model: ModelProto,
  layout: readonly FlatEntry[],
): { name: string; dataType: string; shape: number[]; data: Float32Array } {
  const data = new Float32Array(flatLength(layout));
  const byName = new Map(model.graph!.initializer.map((tensor) => [tensor.name, tensor]));
  for (const entry of layout) {
    data.set(numbersOfInitializer(byName.get(entry.name)!), entry.offset);
  }
  return { name, dataType: 'float32', shape: [data.length], data };
}
