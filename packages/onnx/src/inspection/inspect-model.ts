import type { ModelProto, TensorProto, ValueInfoProto } from 'onnx-buf';
import { declaredLength } from '../model/declared-length.js';
import { describeDataTypeNumber, isHalfPrecision } from '../graph/data-type.js';
import { sizeOf } from '../graph/tensor.js';
import { opsetOf } from '../model/decode-model.js';
import { findParameters } from '../parameters/find-parameters.js';
import { trainedForm } from '../parameters/trained-form.js';
import { groupBy } from './group-by.js';
import { modelNodes } from './model-nodes.js';
import { modelWarnings } from '../warnings/model-warnings.js';
import { operatorSupport, type OperatorSupport } from './operator-support.js';
import { parameterKinds } from './parameter-kinds.js';

/** An input or output as the file declares it. */
export interface DeclaredValue {
  readonly name: string;
  readonly type: string;
  /** Lengths, names of open dimensions, or `?` for one without a name; `undefined` when the file gives no shape. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** Some tensors together. */
export interface TensorSum {
  readonly tensors: number;
  /** How many entries they have. */
  readonly numbers: number;
  readonly bytes: number;
}

/** What can be said of a model without running or differentiating it. */
export interface ModelInspection {
  readonly producer: string;
  readonly opset: number;
  /** What is fed: initializers that are listed as inputs too are left out. */
  readonly inputs: readonly DeclaredValue[];
  readonly outputs: readonly DeclaredValue[];
  /** What can be trained, and of it by kind: the operator that reads it and its role there. */
  readonly parameters: TensorSum & {
    readonly kinds: readonly (TensorSum & { readonly kind: string })[];
    readonly names: readonly string[];
  };
  /** What is not trained by default of what may be taken for a weight, and why. */
  readonly untrained: readonly { readonly name: string; readonly reason: string }[];
  /** Running means and variances of batch normalization. */
  readonly statistics: TensorSum;
  readonly operators: readonly {
    readonly name: string;
    readonly nodes: number;
    readonly support: OperatorSupport;
  }[];
  /** The nodes that cannot be read. */
  readonly unsupported: readonly { readonly operator: string; readonly node: string }[];
  readonly warnings: readonly string[];
}

/**
 * Describes a model as it lies in its file: what it is fed, what can be trained, which operators have a gradient, and
 * what its exporter did that training should know of.
 *
 * @example
 * const { parameters, warnings } = inspectModel(decodeModel(await readFile('network.onnx')));
 */
export function inspectModel(model: ModelProto): ModelInspection {
  const graph = model.graph!;
  const { parameters, statistics, untrained } = findParameters(model);
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const functions = new Set(model.functions.map(({ domain, name }) => `${domain}:${name}`));
  const kindOf = parameterKinds(trainedForm(model, new Set(parameters.map(({ name }) => name))).graph!);
  const kinds = groupBy(parameters, ({ name }) => kindOf(name));
  const nodes = modelNodes(model).map((node) => ({
    operator: node.domain === '' || node.domain === 'ai.onnx' ? node.opType : `${node.domain}.${node.opType}`,
    node: node.name === '' ? (node.output[0] ?? '') : node.name,
    support: operatorSupport(node, functions),
  }));
  const operators = groupBy(nodes, ({ operator }) => operator);
  return {
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
    opset: opsetOf(model),
    inputs: graph.input.filter(({ name }) => !initializers.has(name)).map(declared),
    outputs: graph.output.map(declared),
    parameters: {
      ...sumOf(parameters),
      kinds: [...kinds]
        .map(([kind, tensors]) => ({ kind, ...sumOf(tensors) }))
        .sort((a, b) => b.numbers - a.numbers),
      names: parameters.map(({ name }) => name),
    },
    untrained,
    statistics: sumOf(statistics),
    operators: [...operators]
      .map(([name, uses]) => ({ name, nodes: uses.length, support: uses[0]!.support }))
      .sort((a, b) => b.nodes - a.nodes || (a.name < b.name ? -1 : 1)),
    unsupported: nodes
      .filter(({ support }) => support === 'unsupported')
      .map(({ operator, node }) => ({ operator, node })),
    warnings: modelWarnings(model, parameters),
  };
}

function declared({ name, type }: ValueInfoProto): DeclaredValue {
  if (type?.value.case !== 'tensorType')
    return { name, type: type?.value.case ?? 'unknown', shape: undefined };
  const { elemType, shape } = type.value.value;
  return {
    name,
    type: describeDataTypeNumber(elemType),
    shape: shape?.dim.map(
      (dimension) =>
        declaredLength(dimension) ?? (dimension.value.case === 'dimParam' ? dimension.value.value : '?'),
    ),
  };
}

function sumOf(tensors: readonly TensorProto[]): TensorSum {
  let [numbers, bytes] = [0, 0];
  for (const { dims, dataType } of tensors) {
    const size = sizeOf(dims.map(Number));
    numbers += size;
    bytes += size * (isHalfPrecision(dataType) ? 2 : describeDataTypeNumber(dataType) === 'float64' ? 8 : 4);
  }
  return { tensors: tensors.length, numbers, bytes };
}
