import { InvalidArgumentError } from 'commander';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import {
  decodeModel,
  encodeModel,
  importModel,
  interpret,
  modelBytes,
  type ImportedModel,
  type ModelProto,
  type Numbers,
  type Value,
} from '@lovasz/onnx';
import { dataTypeNumbers } from '@lovasz/onnx/support';
import { differentiateOutputs, numbersOfInitializer, sizeOf } from '@lovasz/onnx/parts';
import * as onnx from 'onnx-buf';
import { differencesOf, type Seed } from '../central-differences.js';
import { runOnce } from '../run-once.js';

/** What the interpreter may be off from values that were computed in float32. */
const valueTolerance = 1e-4;
/** What a gradient may be off from central differences, both in float64. */
const gradientTolerance = 1e-6;

/** What came of one node test. */
export interface NodeTestOutcome {
  readonly name: string;
  /** The first operator of the model. */
  readonly operator: string;
  /** Why the model is not read; further fields are missing then. */
  readonly leftOut?: string;
  /** Inputs that decide shapes, given when the graph is built instead of fed. */
  readonly known?: readonly string[];
  /** The largest error of the values relative to the largest, or what else is wrong with the outputs. */
  readonly values?: number | string;
  /** The largest error of the gradients relative to the largest, or why there is none. */
  readonly gradient?: number | { readonly none: string } | { readonly failed: string };
  /** Where ONNX Runtime runs it too: how far values and gradients are off from the interpreter's, or what it says. */
  readonly runtime?: number | string;
}

/** Cases that are known to differ, and why. */
const knownDeviations: readonly (readonly [cases: RegExp, reason: string])[] = [
  [/^test_training_dropout/, 'a mask is drawn outside of the graph; within, Dropout is the identity'],
  [/^test_roialign_/, 'the regions of RoiAlign get no gradient, as in PyTorch'],
  [/^test_clip_default_int8_(min|max)_expanded$/, 'ONNX Runtime has no Where for int8'],
  [/_DOUBLE_to_FLOAT/, 'differences see the rounding to float32'],
  [
    /^test_resize_downsample_scales_(cubic|linear)_align_corners$/,
    'aligned corners are those of the rounded length, as in ONNX Runtime and PyTorch',
  ],
  [
    /^test_maxunpool_export_with_output_shape$/,
    'places are those of the given shape, as in ONNX Runtime and PyTorch',
  ],
  [/^test_averagepool_2d_ceil_last_window_starts_on_pad$/, 'expected values have four digits'],
  [/^test_dynamicquantizelinear_expanded$/, 'a tie in float64 that float32 rounds the other way'],
  [
    /^test_attention_.*(nan_robustness|mode3_zero|structural_empty|window_gqa_rank4_mask)_expanded$/,
    'a query without keys: the expanded function computes NaN and replaces it, its gradient stays NaN (that of Attention itself is 0)',
  ],
];

/** Why a case is known to differ. */
export const deviationOf = ({ name }: NodeTestOutcome): string | undefined =>
  knownDeviations.find(([cases]) => cases.test(name))?.[1];

/** Whether a case that was read failed, and is not known to. */
export const fails = (outcome: NodeTestOutcome): boolean =>
  outcome.leftOut === undefined && !passes(outcome) && deviationOf(outcome) === undefined;

export const passes = ({ leftOut, values, gradient, runtime = 0 }: NodeTestOutcome): boolean =>
  leftOut === undefined &&
  typeof runtime === 'number' &&
  runtime <= valueTolerance &&
  typeof values === 'number' &&
  values <= valueTolerance &&
  gradient !== undefined &&
  (typeof gradient === 'number' ? gradient <= gradientTolerance : 'none' in gradient);

/**
 * Compares with the official ONNX node tests: for each, whether the model is read, whether the inferred types are those
 * of the expected outputs, whether the float64 interpreter computes them, and whether the gradient of each floating-point
 * input is that of central differences.
 *
 * @param folder one folder per case, as `tools/parity/python/onnx_node_tests.py` writes them.
 * @param options.only runs cases whose name contains it.
 * @param options.runtime also runs the written graph, gradients included, on stock ONNX Runtime.
 * @throws InvalidArgumentError when there is no such folder, or no case in it.
 */
export async function* compareNodeTests(
  folder: string,
  { only = '', runtime = false }: { only?: string | undefined; runtime?: boolean | undefined } = {},
): AsyncGenerator<NodeTestOutcome> {
  const names = await readdir(folder).catch(() => {
    throw new InvalidArgumentError(`no folder "${folder}"`);
  });
  let found = 0;
  for (const name of names.sort()) {
    if (!name.includes(only)) continue;
    const path = join(folder, name);
    if (!(await stat(join(path, 'model.onnx')).catch(() => undefined))?.isFile()) continue;
    found += 1;
    yield await compareNodeTest(name, path, runtime);
  }
  if (found === 0) throw new InvalidArgumentError(`no case NAME/model.onnx in "${folder}"`);
}

async function compareNodeTest(name: string, path: string, runtime: boolean): Promise<NodeTestOutcome> {
  const bytes = await readBytes(join(path, 'model.onnx'));
  const { graph } = fromBinary(onnx.ModelProtoSchema, bytes);
  const operator = graph?.node[0]?.opType ?? 'none';
  const start = { name, operator };
  let tensors: ReadonlyMap<string, onnx.TensorProto>;
  let expected: readonly onnx.TensorProto[];
  let read: Read;
  try {
    const model = decodeModel(bytes);
    for (const { name: each, type } of [...model.graph!.input, ...model.graph!.output]) {
      if (type?.value.case !== 'tensorType') throw new Error(`'${each}' is a ${type?.value.case}`);
    }
    const data = join(path, 'test_data_set_0');
    const inputs = await readTensors(data, 'input', model.graph!.input.length);
    expected = await readTensors(data, 'output', model.graph!.output.length);
    tensors = new Map(model.graph!.input.map((input, position) => [input.name, inputs[position]!]));
    for (const tensor of [...inputs, ...expected]) numbersOfInitializer(tensor);
    read = readModel(bytes, tensors);
  } catch (error) {
    return { ...start, leftOut: (error as Error).message };
  }
  const { model, known } = read;
  const feeds = new Map(
    model.inputs.map((input): [Value, Numbers] => [
      input,
      { shape: input.shape, data: Float64Array.from(numbersOfInitializer(tensors.get(input.name!)!)) },
    ]),
  );
  const values = compareValues(model, feeds, expected);
  const { gradient, gradients } = compareGradients(model, feeds);
  const checked = { ...start, known, values, gradient };
  return runtime ? { ...checked, runtime: await compareRuntime(model, gradients, feeds) } : checked;
}

/** How far outputs and gradients on stock ONNX Runtime are off from the interpreter's. */
async function compareRuntime(
  { graph, outputs }: ImportedModel,
  gradients: readonly Value[],
  feeds: ReadonlyMap<Value, Numbers>,
): Promise<number | string> {
  const results = [
    ...outputs.map(({ value }, position) => ({ name: `output/${position}`, value })),
    ...gradients.map((value, position) => ({ name: `gradient/${position}`, value })),
  ];
  try {
    const bytes = modelBytes(encodeModel({ name: 'case', inputs: graph.inputs, outputs: results }));
    const found = await runOnce(
      bytes,
      graph.inputs.map((input) => ({
        name: input.name!,
        dataType: input.dataType,
        shape: input.shape,
        data: feeds.get(input)!.data,
      })),
    );
    const expected = interpret(
      results.map(({ value }) => value),
      feeds,
    );
    return Math.max(
      0,
      ...results.map(({ name }, position) => relativeError(found.get(name)!, expected[position]!.data)),
    );
  } catch (error) {
    return (error as Error).message;
  }
}

async function readTensors(folder: string, kind: string, count: number): Promise<onnx.TensorProto[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, position) =>
      fromBinary(onnx.TensorProtoSchema, await readBytes(join(folder, `${kind}_${position}.pb`))),
    ),
  );
}

interface Read {
  readonly model: ImportedModel;
  readonly known: readonly string[];
}

/** The bytes as a plain array: slices of a Node Buffer would share memory where copies are meant. */
async function readBytes(file: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(file));
}

/** Reads the model with as many inputs fed as can be: those that decide shapes become initializers. */
function readModel(bytes: Uint8Array, tensors: ReadonlyMap<string, onnx.TensorProto>): Read {
  const floating = (tensor: onnx.TensorProto): boolean =>
    tensor.dataType === dataTypeNumbers.float32 || tensor.dataType === dataTypeNumbers.float64;
  const names = [...tensors.keys()];
  const integers = names.filter((name) => !floating(tensors.get(name)!));
  const attempts = [
    [],
    integers,
    names.filter((name, position) => position > 0 || integers.includes(name)),
    names,
  ];
  for (const known of attempts) {
    try {
      return { model: importModel(withInitializers(decodeModel(bytes), known, tensors)), known };
    } catch (error) {
      if (known === attempts.at(-1) || !(error as Error).message.includes('must be known')) throw error;
    }
  }
  throw new Error('unreachable');
}

function withInitializers(
  model: ModelProto,
  names: readonly string[],
  tensors: ReadonlyMap<string, onnx.TensorProto>,
): ModelProto {
  const graph = model.graph!;
  graph.input = graph.input.filter((input) => !names.includes(input.name));
  for (const name of names) graph.initializer.push({ ...tensors.get(name)!, name });
  return model;
}

function compareValues(
  { outputs }: ImportedModel,
  feeds: ReadonlyMap<Value, Numbers>,
  expected: readonly onnx.TensorProto[],
): number | string {
  for (const [position, { name, value }] of outputs.entries()) {
    const shape = expected[position]!.dims.map(Number);
    const type = Object.entries(dataTypeNumbers).find(
      ([, number]) => number === expected[position]!.dataType,
    )![0];
    if (value.dataType !== type || value.shape.join() !== shape.join()) {
      return `'${name}' is inferred as ${value.dataType}[${value.shape.join(', ')}], expected ${type}[${shape.join(', ')}]`;
    }
  }
  try {
    const found = interpret(
      outputs.map(({ value }) => value),
      feeds,
    );
    return Math.max(
      0,
      ...found.map(({ data }, position) => relativeError(data, numbersOfInitializer(expected[position]!))),
    );
  } catch (error) {
    return (error as Error).message;
  }
}

/** The largest difference relative to the largest finite entry; infinite where only one of the two is not finite. */
function relativeError(found: Float64Array, expected: Float64Array): number {
  const finite = expected.filter(Number.isFinite);
  const scale = finite.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0.05);
  return expected.reduce((most, entry, place) => {
    if (Object.is(entry, found[place]) || entry === found[place]) return most;
    const error = Math.abs(entry - found[place]!) / scale;
    return Math.max(most, Number.isNaN(error) ? Infinity : error);
  }, 0);
}

const isReal = ({ dataType }: Value): boolean => dataType === 'float32' || dataType === 'float64';

function compareGradients(
  { graph, inputs, outputs }: ImportedModel,
  feeds: Map<Value, Numbers>,
): { gradient: NonNullable<NodeTestOutcome['gradient']>; gradients: readonly Value[] } {
  const none = (reason: string) => ({ gradient: { none: reason }, gradients: [] });
  const variables = inputs.filter(isReal);
  const real = outputs.map(({ value }) => value).filter(isReal);
  if (inputs.length === 0 && outputs.length > 0) return none('every input decides a shape');
  if (variables.length === 0) return none('no input is a real number');
  if (real.length === 0) return none('no output is a real number');
  let draw = 1;
  const random = (): number => {
    draw = (draw * 48271) % 2147483647;
    return (2 * draw) / 2147483647 - 1;
  };
  const seeds: Seed[] = real.map((output, position) => {
    const cotangent = graph.input(`cotangent/${position}`, output.dataType, output.shape);
    const data = Float64Array.from({ length: sizeOf(output.shape) }, random);
    feeds.set(cotangent, { shape: output.shape, data });
    return { output, cotangent };
  });
  try {
    const gradients = differentiateOutputs(graph, seeds, variables);
    // Differences of infinite numbers say nothing: such inputs get others, such outputs count for nothing.
    for (const variable of variables) {
      const { data } = feeds.get(variable)!;
      data.forEach((entry, place) => {
        if (!Number.isFinite(entry)) data[place] = random();
      });
    }
    interpret(real, feeds).forEach(({ data }, position) => {
      const cotangent = feeds.get(seeds[position]!.cotangent)!;
      data.forEach((entry, place) => {
        if (!Number.isFinite(entry)) cotangent.data[place] = 0;
      });
    });
    // At a tie or a kink there are two derivatives: values nearby have one.
    for (let trial = 0; ; trial++) {
      const differences = differencesOf(seeds, feeds, variables, 16);
      const error = gradientError(interpret(gradients, feeds), differences);
      if (error <= gradientTolerance || trial === 6) return { gradient: error, gradients };
      for (const variable of variables) {
        const { data } = feeds.get(variable)!;
        data.forEach(
          (entry, place) =>
            (data[place] = entry + 0.02 * (trial + 1) * random() * Math.max(Math.abs(entry), 1)),
        );
      }
    }
  } catch (error) {
    return { gradient: { failed: (error as Error).message }, gradients: [] };
  }
}

function gradientError(gradients: readonly Numbers[], differences: ReturnType<typeof differencesOf>): number {
  const scale = Math.max(0.05, ...differences.map(({ difference }) => Math.abs(difference)));
  return differences.reduce((most, { variable, place, difference }) => {
    const error = Math.abs(gradients[variable]!.data[place]! - difference) / scale;
    return Math.max(most, Number.isNaN(error) ? Infinity : error);
  }, 0);
}
