import type { GraphWriter } from '../graph/graph-writer.js';
import type { AttributeValue } from '../graph/attributes.js';
import type { Value } from '../graph/value.js';
import { OnnxError } from '../graph/onnx-error.js';
import type { Operator } from '../graph/operator.js';
import { checkInputs } from './check-inputs.js';
import { ownProperty } from '../graph/own-property.js';
import type { ImportedNode } from './imported-node.js';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** The activation that FusedConv and FusedGemm end with. */
function activate(graph: GraphWriter, x: Value, node: ImportedNode): Value {
  const name = node.attributes['activation'] as string | undefined;
  const parameters = (node.attributes['activation_params'] as readonly number[] | undefined) ?? [];
  const [first, second] = parameters;
  switch (name) {
    case undefined:
    case '':
      return x;
    case 'Relu':
    case 'Sigmoid':
    case 'Tanh':
      return graph.only(name, [x]);
    case 'LeakyRelu':
      return graph.only('LeakyRelu', [x], { alpha: first ?? 0.01 });
    case 'HardSigmoid':
      return graph.only('HardSigmoid', [x], { alpha: first ?? 0.2, beta: second ?? 0.5 });
    case 'Clip':
      return graph.only('Clip', [x, graph.constant(first!), graph.constant(second!)]);
    default:
      throw new OnnxError(`activation '${name}' is not supported`, {
        operator: node.operator,
        node: node.name,
      });
  }
}

const without = (attributes: Attributes, ...names: string[]): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));

const addOptional = (graph: GraphWriter, x: Value, ...others: (Value | undefined)[]): Value =>
  others.reduce<Value>((sum, other) => (other === undefined ? sum : graph.add(sum, other)), x);

const swapLastAxes = (graph: GraphWriter, x: Value): Value =>
  graph.transpose(x, [...Array.from({ length: x.rank - 2 }, (_, axis) => axis), x.rank - 1, x.rank - 2]);

/** An operator of ONNX Runtime's own domain that has a plain form. */
interface ContributedOperator extends Pick<Operator, 'inputs' | 'roles'> {
  /** Attributes that it may have; one that is not listed is refused. Default: those of the operator it is written as. */
  readonly attributes?: readonly string[];
  write(graph: GraphWriter, node: ImportedNode): readonly Value[];
}

/** Those that optimised files hold. */
export const contributedOperators: Readonly<Record<string, ContributedOperator>> = {
  FusedConv: {
    inputs: [2, 4],
    roles: [undefined, 'weight', 'bias'],
    write: (graph, node) => {
      const [x, weight, bias, added] = node.inputs;
      const attributes = without(node.attributes, 'activation', 'activation_params');
      const y = graph.conv(x!, weight!, bias, attributes);
      return [activate(graph, addOptional(graph, y, added), node)];
    },
  },
  FusedGemm: {
    inputs: [2, 3],
    roles: ['weight', 'weight', 'bias'],
    write: (graph, node) => {
      const attributes = without(node.attributes, 'activation', 'activation_params');
      return [activate(graph, graph.only('Gemm', node.inputs, attributes), node)];
    },
  },
  FusedMatMul: {
    inputs: [2, 2],
    roles: ['weight', 'weight'],
    attributes: ['alpha', 'transA', 'transB', 'transBatchA', 'transBatchB'],
    write: (graph, node) => {
      for (const name of ['transBatchA', 'transBatchB']) {
        if ((node.attributes[name] ?? 0) !== 0) {
          const place = { operator: node.operator, node: node.name };
          throw new OnnxError(`${name} ${String(node.attributes[name])} is not supported, expected 0`, place);
        }
      }
      const [a, b] = node.inputs.map((input, position) =>
        node.attributes[position === 0 ? 'transA' : 'transB'] === 1 ? swapLastAxes(graph, input!) : input!,
      );
      return [graph.multiply(graph.matmul(a!, b!), (node.attributes['alpha'] as number | undefined) ?? 1)];
    },
  },
  Gelu: {
    inputs: [1, 1],
    attributes: [],
    write: (graph, node) => [graph.only('Gelu', [node.inputs[0]])],
  },
  BiasGelu: {
    inputs: [2, 2],
    roles: [undefined, 'bias'],
    attributes: [],
    write: (graph, node) => [graph.only('Gelu', [graph.add(node.inputs[0]!, node.inputs[1]!)])],
  },
  FastGelu: {
    inputs: [1, 2],
    roles: [undefined, 'bias'],
    attributes: [],
    write: (graph, node) => [
      graph.only('Gelu', [addOptional(graph, node.inputs[0]!, node.inputs[1])], { approximate: 'tanh' }),
    ],
  },
  QuickGelu: {
    inputs: [1, 1],
    attributes: ['alpha'],
    write: (graph, node) => {
      const x = node.inputs[0]!;
      const alpha = (node.attributes['alpha'] as number | undefined) ?? 1.702;
      return [graph.multiply(x, graph.only('Sigmoid', [graph.multiply(x, alpha)]))];
    },
  },
  SkipLayerNormalization: {
    inputs: [3, 5],
    roles: [undefined, undefined, 'scale', 'bias', 'bias'],
    attributes: ['epsilon'],
    write: (graph, node) => {
      const [x, skip, scale, shift, bias] = node.inputs;
      const sum = addOptional(graph, x!, skip, bias);
      const attributes = { epsilon: (node.attributes['epsilon'] as number | undefined) ?? 1e-12 };
      const [y, mean, inverse] = graph.apply('LayerNormalization', [sum, scale, shift], attributes);
      return [y!, mean!, inverse!, sum];
    },
  },
};

/** The operators of the domain `com.microsoft` that can be read, in alphabetical order. */
export const contributedOperatorNames: readonly string[] = Object.keys(contributedOperators).sort();

/** A node of the domain `com.microsoft` in standard operators. */
export function applyContributed(graph: GraphWriter, node: ImportedNode): readonly Value[] {
  const place = { operator: node.operator, node: node.name };
  const operator = ownProperty(contributedOperators, node.operator);
  if (operator === undefined) {
    throw new OnnxError(
      `is of domain 'com.microsoft', of which are supported ${contributedOperatorNames.join(', ')}`,
      place,
    );
  }
  checkInputs(node.inputs, operator.inputs, place);
  for (const name of Object.keys(node.attributes)) {
    if (operator.attributes?.includes(name) === false) {
      throw new OnnxError(`attribute '${name}' is not supported`, place);
    }
  }
  return operator.write(graph, node);
}
