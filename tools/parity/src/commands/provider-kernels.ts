import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import type { DataType } from '@lovasz/onnx';
import { dataTypeNumbers, operatorNames, writtenOpset } from '@lovasz/onnx/support';
import * as onnx from 'onnx-buf';
import { nodePlacements } from '../node-placements.js';
import type { Outcome } from '../report.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../python/operator_schemas.py', import.meta.url));
const tables = new URL('../../../../packages/onnx/src/providers/', import.meta.url);

/** One operator as `tools/parity/python/operator_schemas.py` prints it. */
interface OperatorSchema {
  readonly since: number;
  readonly inputs: readonly Parameter[];
  readonly outputs: readonly Parameter[];
  /** The kinds of the attributes that must be given, by name. */
  readonly required: Readonly<Record<string, string>>;
}

interface Parameter {
  /** A type variable such as `T`, or one type such as `tensor(int64)`. */
  readonly type: string;
  readonly kind: 'single' | 'optional' | 'variadic';
}

type Types = Readonly<Record<string, DataType>>;

const dataTypes = Object.keys(dataTypeNumbers) as DataType[];

/** ONNX Runtime's names of its providers, by the names that `executionProviders` takes. */
const providers: Readonly<Record<string, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
};

export const providerNames = Object.keys(providers);

/** Operators without a kernel, for which ONNX Runtime writes another before it looks for one. */
const replaced = new Set(['CastLike']);

/**
 * Compares the tables of kernels in `@lovasz/onnx` with the ONNX Runtime that is installed: of every operator that the
 * compiler knows, a model of one node for each combination of data types, which its provider takes or leaves.
 *
 * @param names the providers to ask, out of {@link providerNames}. ONNX Runtime must be able to open them here; nothing
 *   is run on them.
 * @param python an interpreter with onnx.
 * @param write writes the tables anew instead.
 */
export async function* compareKernels(
  names: readonly string[],
  python: string,
  write: boolean,
): AsyncGenerator<Outcome> {
  const { stdout } = await run(python, [script]);
  const schemas = Object.entries(JSON.parse(stdout) as Readonly<Record<string, OperatorSchema>>).filter(
    ([name]) => operatorNames.includes(name) && !replaced.has(name),
  );
  const settle = async (file: string, text: string): Promise<Outcome> => {
    const path = new URL(file, tables);
    if (write) await writeFile(path, text);
    const same = (await readFile(path, 'utf8').catch(() => '')) === text;
    const start = { name: file, tolerance: 0 };
    return same ? { ...start, largestError: 0 } : { ...start, reason: 'not what this ONNX Runtime says' };
  };
  yield await settle('operator-signatures.ts', signatureTable(schemas));
  for (const name of names) {
    yield await settle(`${name}-kernels.ts`, kernelTable(name, await probe(name, schemas)));
  }
}

type Schemas = readonly (readonly [name: string, schema: OperatorSchema])[];

/** The combinations of types for which the provider has a kernel, by operator. */
async function probe(provider: string, schemas: Schemas): Promise<ReadonlyMap<string, readonly Types[]>> {
  const cases = schemas.flatMap(([name, schema]) =>
    combinations(variablesOf(schema)).map((types) => ({ name, schema, types })),
  );
  const placements = await nodePlacements(
    provider,
    cases.map(({ name, schema, types }) => singleNode(name, schema, types)),
  );
  const found = new Map<string, Types[]>();
  cases.forEach(({ name, types }, place) => {
    const placement = placements[place]!.find((each) => each.provider === providers[provider]);
    const alone = placements[place]!.length === 1 && placement?.count === 1;
    if (alone || placement?.operators.includes(name) === true) {
      found.set(name, [...(found.get(name) ?? []), types]);
    }
  });
  return found;
}

const generated =
  '// Written by `npm run parity -- provider-kernels --write`: see tools/parity/src/commands/provider-kernels.ts.';

function signatureTable(schemas: Schemas): string {
  const list = (parameters: readonly Parameter[]): string =>
    `[${parameters
      .map(({ type, kind }) => `'${fixedType(type) ?? type}${kind === 'variadic' ? '...' : ''}'`)
      .join(', ')}]`;
  const rows = schemas.map(
    ([name, { since, inputs, outputs }]) =>
      `  ${name}: { since: ${since}, inputs: ${list(inputs)}, outputs: ${list(outputs)} },`,
  );
  return `${generated}
import type { Signature } from './signature.js';

/** The operators of operator set ${writtenOpset} as the specification has them. */
// prettier-ignore
export const operatorSignatures: Readonly<Record<string, Signature>> = {
${rows.join('\n')}
};
`;
}

function kernelTable(provider: string, kernels: ReadonlyMap<string, readonly Types[]>): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  const rows = [...kernels].map(([name, combined]) => {
    const alternatives = factors(combined).map((types) => {
      const entries = Object.entries(types).map(([variable, each]) => `${variable}: '${each.join(' ')}'`);
      return `{ ${entries.join(', ')} }`;
    });
    return `  ${name}: [${alternatives.join(', ')}],`;
  });
  return `${generated}
import type { KernelTable } from './kernel-table.js';

/** What the kernels of ${providers[provider]} take, in ONNX Runtime ${version}. */
// prettier-ignore
export const ${provider}Kernels: KernelTable = {
${rows.join('\n')}
};
`;
}

/** The types of each variable, where all combinations of them are there; else one entry for each combination. */
function factors(combined: readonly Types[]): readonly Readonly<Record<string, readonly DataType[]>>[] {
  const sets = Object.fromEntries(
    Object.keys(combined[0]!).map((variable) => [
      variable,
      [...new Set(combined.map((types) => types[variable]!))],
    ]),
  );
  const count = Object.values(sets).reduce((product, types) => product * types.length, 1);
  if (count === combined.length) return [sets];
  return combined.map((types) =>
    Object.fromEntries(Object.entries(types).map(([variable, type]) => [variable, [type]])),
  );
}

/** The data type, unless the text is a type variable. */
function fixedType(text: string): DataType | undefined {
  const fixed = /^tensor\((\w+)\)$/.exec(text)?.[1];
  return fixed === 'float' ? 'float32' : (fixed as DataType | undefined);
}

/** The inputs to give: of the optional ones those that bring a type variable of their own. */
function givenInputs({ inputs }: OperatorSchema): readonly boolean[] {
  const seen = new Set(inputs.filter(({ kind }) => kind !== 'optional').map(({ type }) => type));
  return inputs.map(({ type, kind }) => {
    if (kind !== 'optional') return true;
    if (seen.has(type) || fixedType(type) !== undefined) return false;
    seen.add(type);
    return true;
  });
}

function variablesOf(schema: OperatorSchema): readonly string[] {
  const types = [...schema.inputs, ...schema.outputs].map(({ type }) => type);
  return [...new Set(types)].filter((type) => fixedType(type) === undefined);
}

function combinations(variables: readonly string[]): readonly Types[] {
  return variables.reduce<readonly Types[]>(
    (before, variable) =>
      before.flatMap((types) => dataTypes.map((type) => ({ ...types, [variable]: type }))),
    [{}],
  );
}

function singleNode(name: string, schema: OperatorSchema, types: Types): Uint8Array {
  const given = givenInputs(schema);
  const value = (text: string, type: string): onnx.ValueInfoProto =>
    create(onnx.ValueInfoProtoSchema, {
      name: text,
      type: {
        value: {
          case: 'tensorType',
          value: { elemType: dataTypeNumbers[fixedType(type) ?? types[type]!] },
        },
      },
    });
  const inputs = schema.inputs.flatMap(({ type }, place) =>
    given[place] === true ? [value(`x${place}`, type)] : [],
  );
  const seen = new Set(schema.inputs.filter((_, place) => given[place]).map(({ type }) => type));
  const outputs = schema.outputs
    .filter(({ type, kind }) => kind !== 'optional' || !seen.has(type))
    .map(({ type }, place) => value(`y${place}`, type));
  const node = {
    opType: name,
    name: 'node',
    input: schema.inputs.map((_, place) => (given[place] === true ? `x${place}` : '')),
    output: outputs.map((output) => output.name),
    attribute: attributesFor(name, schema, types),
  };
  while (node.input.at(-1) === '') node.input.pop();
  return toBinary(
    onnx.ModelProtoSchema,
    create(onnx.ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ version: BigInt(writtenOpset) }],
      graph: { name: 'case', node: [node], input: inputs, output: outputs },
    }),
  );
}

function attributesFor(name: string, { inputs, outputs, required }: OperatorSchema, types: Types) {
  const { AttributeProto_AttributeType: kinds } = onnx;
  const number = BigInt(dataTypeNumbers[fixedType(outputs[0]!.type) ?? types[outputs[0]!.type]!]);
  const attributes = Object.entries(required).map(([attribute, kind]) => {
    switch (kind) {
      case 'INT':
        return {
          name: attribute,
          type: kinds.INT,
          i: attribute === 'to' ? number : attribute === 'axis' ? 0n : 1n,
        };
      case 'INTS':
        return { name: attribute, type: kinds.INTS, ints: [1n, 1n] };
      case 'STRING':
        return {
          name: attribute,
          type: kinds.STRING,
          s: new TextEncoder().encode(attribute === 'equation' ? 'i->i' : 'LEFT'),
        };
      default:
        throw new Error(`${name}: attribute ${attribute} is of kind ${kind}`);
    }
  });
  const chosen = inputs.every(({ type }) => type !== outputs[0]!.type);
  if (name === 'ConstantOfShape') {
    return [
      {
        name: 'value',
        type: kinds.TENSOR,
        t: { dataType: Number(number), dims: [1n], rawData: new Uint8Array(8) },
      },
    ];
  }
  if (/^Random|^EyeLike|^Bernoulli|^Multinomial/.test(name))
    attributes.push({ name: 'dtype', type: kinds.INT, i: number });
  if (/Window$|^MelWeight/.test(name) && chosen)
    attributes.push({ name: 'output_datatype', type: kinds.INT, i: number });
  if (name === 'Split') attributes.push({ name: 'num_outputs', type: kinds.INT, i: 1n });
  return attributes;
}
