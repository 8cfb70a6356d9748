import { InvalidArgumentError } from 'commander';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { importModel, interpret, type ModelProto, type Numbers, type Value } from '@lovasz/onnx';
import { dataTypeNumbers } from '@lovasz/onnx/support';
import { differentiateOutputs, sizeOf, writeGraph } from '@lovasz/onnx/parts';
import type { SafetensorsTensor } from '@lovasz/onnxruntime/safetensors';
import * as onnx from 'onnx-buf';
import { largestDifference } from '../largest-difference.js';
import { readTensors } from '../read-case-folder.js';
import type { Outcome } from '../report.js';
import { runOnce } from '../run-once.js';
import { runtimes, type Runtime } from '../runtimes.js';

interface OperatorCase {
  readonly name: string;
  readonly operator: string;
  readonly opset: number;
  readonly attributes: Readonly<Record<string, { type: string; value: unknown }>>;
  readonly inputs: readonly {
    name: string;
    type: string;
    shape: number[];
    role: 'differentiable' | 'input' | 'constant';
    tensor: string;
  }[];
  readonly outputs: readonly {
    name: string;
    type: string;
    shape: number[];
    tensor: string;
    cotangent: string | null;
  }[];
  readonly vjp: Readonly<Record<string, string>>;
}

/** What executes a graph, and how exact it is. */
const executions = {
  onnxruntime: { tolerance: 1e-4, run: runOn(runtimes['onnxruntime']!) },
  // Shaders compute sine and cosine to 2⁻¹¹ only.
  webgpu: { tolerance: 5e-4, run: runOn(runtimes['webgpu']!) },
  interpreter: { tolerance: 1e-6, run: runInterpreted },
} as const;

export const operatorBackends: readonly string[] = Object.keys(executions);

/**
 * Compares the forward value and every vector-Jacobian product of single operators.
 *
 * The error of a tensor is max|a − e| / max(max|e|, 0.05).
 *
 * @param folder where `operators.json` and `operators.safetensors` lie.
 * @throws InvalidArgumentError when the folder or the backend does not exist.
 */
export async function* compareOperators(folder: string, backendName: string): AsyncGenerator<Outcome> {
  const execution = executions[backendName as keyof typeof executions];
  if (execution === undefined) {
    throw new InvalidArgumentError(
      `unknown backend "${backendName}"; accepted: ${operatorBackends.join(', ')}`,
    );
  }
  const tensors = await readTensors(folder, 'operators.safetensors');
  const { cases } = JSON.parse(await readFile(join(folder, 'operators.json'), 'utf8')) as {
    cases: OperatorCase[];
  };
  const { tolerance } = execution;
  for (const each of cases) {
    try {
      yield { name: each.name, tolerance, largestError: await compareOperator(each, tensors, execution.run) };
    } catch (error) {
      yield { name: each.name, tolerance, reason: (error as Error).message };
    }
  }
}

type Run = (
  model: { inputs: readonly Value[]; outputs: readonly { name: string; value: Value }[] },
  feeds: ReadonlyMap<Value, Numbers>,
) => Promise<readonly ArrayLike<number>[]>;

async function compareOperator(
  each: OperatorCase,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  run: Run,
): Promise<number> {
  const numbers = (key: string): Numbers => {
    const tensor = tensors.get(key);
    if (tensor === undefined) throw new RangeError(`no tensor "${key}" in the folder`);
    return { shape: tensor.shape, data: Float64Array.from<number | bigint>(tensor.data, Number) };
  };
  const { graph, inputs, outputs } = importModel(singleNodeModel(each, tensors));
  const feeds = new Map<Value, Numbers>();
  const byName = new Map(each.inputs.map((input) => [input.name, input]));
  for (const value of inputs) feeds.set(value, numbers(byName.get(value.name!)!.tensor));
  const seeds = each.outputs.flatMap((output) => {
    if (output.cotangent === null) return [];
    const { value } = outputs.find(({ name }) => name === output.name)!;
    const cotangent = graph.input(`cotangent/${output.name}`, 'float32', value.shape);
    feeds.set(cotangent, numbers(output.cotangent));
    return [{ output: value, cotangent }];
  });
  const wanted = Object.keys(each.vjp).map((name) => inputs.find((input) => input.name === name)!);
  const gradients = differentiateOutputs(graph, seeds, wanted);
  const results = [
    ...outputs.map(({ name, value }) => ({
      name,
      value,
      expected: each.outputs.find((output) => output.name === name)!.tensor,
    })),
    ...gradients.map((value, place) => ({
      name: `vjp/${wanted[place]!.name!}`,
      value,
      expected: each.vjp[wanted[place]!.name!]!,
    })),
  ];
  const found = await run({ inputs: graph.inputs, outputs: results }, feeds);
  let largest = 0;
  results.forEach(({ expected }, place) => {
    const { data } = numbers(expected);
    const scale = Math.max(
      data.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0),
      0.05,
    );
    const error = largestDifference(found[place]!, data) / scale;
    largest = error > largest || Number.isNaN(error) ? error : largest;
  });
  return largest;
}

/** Runs what is written for the runtime's profile. */
function runOn({ provider, profile }: Runtime): Run {
  return async ({ inputs, outputs }, feeds) => {
    const { bytes } = writeGraph('operator', inputs, outputs, profile);
    const found = await runOnce(
      bytes,
      inputs.map((input) => ({
        name: input.name!,
        dataType: input.dataType,
        shape: input.shape,
        data: feeds.get(input)!.data,
      })),
      provider,
    );
    return outputs.map(({ name }) => found.get(name)!);
  };
}

async function runInterpreted(
  model: Parameters<Run>[0],
  feeds: ReadonlyMap<Value, Numbers>,
): Promise<readonly ArrayLike<number>[]> {
  return interpret(
    model.outputs.map(({ value }) => value),
    feeds,
  ).map(({ data }) => data);
}

/** The case as a model of one node. */
function singleNodeModel(each: OperatorCase, tensors: ReadonlyMap<string, SafetensorsTensor>): ModelProto {
  const info = (name: string, type: string, shape: readonly number[]): onnx.ValueInfoProto =>
    create(onnx.ValueInfoProtoSchema, {
      name,
      type: create(onnx.TypeProtoSchema, {
        value: {
          case: 'tensorType',
          value: create(onnx.TypeProto_TensorSchema, {
            elemType: (dataTypeNumbers as Readonly<Record<string, number>>)[type]!,
            shape: create(onnx.TensorShapeProtoSchema, {
              dim: shape.map((length) =>
                create(onnx.TensorShapeProto_DimensionSchema, {
                  value: { case: 'dimValue', value: BigInt(length) },
                }),
              ),
            }),
          }),
        },
      }),
    });
  // What decides a shape must be known when the graph is built, though the case would feed it.
  const known = (input: OperatorCase['inputs'][number]): boolean =>
    input.role === 'constant' || (each.operator === 'Compress' && input.type === 'bool');
  const unique = each.inputs.filter(
    (input, place) =>
      input.name !== '' && each.inputs.findIndex((other) => other.name === input.name) === place,
  );
  return create(onnx.ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [create(onnx.OperatorSetIdProtoSchema, { domain: '', version: BigInt(each.opset) })],
    graph: create(onnx.GraphProtoSchema, {
      name: each.name,
      node: [
        create(onnx.NodeProtoSchema, {
          opType: each.operator,
          name: each.name,
          input: each.inputs.map((input) => input.name),
          output: each.outputs.map((output) => output.name),
          attribute: Object.entries(each.attributes).map(([name, { type, value }]) =>
            attribute(name, type, value),
          ),
        }),
      ],
      input: unique
        .filter((input) => !known(input))
        .map((input) => info(input.name, input.type, input.shape)),
      output: each.outputs
        .filter((output) => output.name !== '')
        .map((output) => info(output.name, output.type, output.shape)),
      initializer: unique.filter(known).map((input) => {
        const { data } = tensors.get(input.tensor)!;
        return create(onnx.TensorProtoSchema, {
          name: input.name,
          dataType: (dataTypeNumbers as Readonly<Record<string, number>>)[input.type]!,
          dims: input.shape.map(BigInt),
          ...(sizeOf(input.shape) === 0
            ? {}
            : {
                rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength).slice(),
              }),
        });
      }),
    }),
  });
}

function attribute(name: string, type: string, value: unknown): onnx.AttributeProto {
  const types = onnx.AttributeProto_AttributeType;
  const encode = (text: string): Uint8Array<ArrayBuffer> =>
    new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
  switch (type) {
    case 'INT':
      return create(onnx.AttributeProtoSchema, { name, type: types.INT, i: BigInt(value as number) });
    case 'FLOAT':
      return create(onnx.AttributeProtoSchema, { name, type: types.FLOAT, f: value as number });
    case 'STRING':
      return create(onnx.AttributeProtoSchema, { name, type: types.STRING, s: encode(value as string) });
    case 'INTS':
      return create(onnx.AttributeProtoSchema, {
        name,
        type: types.INTS,
        ints: (value as number[]).map(BigInt),
      });
    case 'FLOATS':
      return create(onnx.AttributeProtoSchema, { name, type: types.FLOATS, floats: value as number[] });
    default:
      throw new TypeError(
        `attribute "${name}" is of type ${type}; expected INT, FLOAT, STRING, INTS or FLOATS`,
      );
  }
}
