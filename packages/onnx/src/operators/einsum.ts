import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Operator } from '../graph/operator.js';

interface Equation {
  /** The label of every axis, operand by operand. Axes of an ellipsis are labelled by numbers, the last by −1. */
  readonly operands: readonly (readonly string[])[];
  readonly result: readonly string[];
  readonly lengths: ReadonlyMap<string, number>;
}

function equationOf(node: Node): Equation {
  const text = node.text('equation').replaceAll(' ', '');
  const [left, right] = text.split('->') as [string, string | undefined];
  const terms = left.split(',');
  if (terms.length !== node.inputs.length) {
    throw node.error(`equation '${text}' has ${terms.length} operands, but ${node.inputs.length} are given`);
  }
  const lengths = new Map<string, number>();
  let ellipsis = 0;
  const operands = terms.map((term, position) => {
    const { shape } = node.input(position);
    const [before, after, ...more] = term.split('...') as [string, string | undefined, ...string[]];
    const hidden = after === undefined ? 0 : shape.length - before.length - after.length;
    if (
      hidden < 0 ||
      more.length > 0 ||
      !/^[a-zA-Z]*$/.test(before + (after ?? '')) ||
      (after === undefined && before.length !== shape.length)
    ) {
      throw node.error(`equation '${text}' does not fit operand ${position} of shape [${shape.join(', ')}]`);
    }
    ellipsis = Math.max(ellipsis, hidden);
    const labels = [...before, ...numbered(hidden), ...(after ?? '')];
    labels.forEach((label, axis) => {
      const known = lengths.get(label) ?? 1;
      const length = shape[axis]!;
      if (known !== 1 && length !== 1 && known !== length) {
        throw node.error(`equation '${text}' gives label '${label}' lengths ${known} and ${length}`);
      }
      lengths.set(label, known === 1 ? length : known);
    });
    return labels;
  });
  // Without a result, it is the ellipsis and then every label that occurs once, in alphabetical order.
  const all = operands.flat();
  const once = [...lengths.keys()].filter(
    (label) => /^[a-zA-Z]$/.test(label) && all.indexOf(label) === all.lastIndexOf(label),
  );
  const [before, after] = (right ?? `...${once.sort().join('')}`).split('...') as [
    string,
    string | undefined,
  ];
  const result = after === undefined ? [...before] : [...before, ...numbered(ellipsis), ...after];
  const unknown = result.find((label) => !lengths.has(label));
  if (unknown !== undefined || new Set(result).size !== result.length) {
    throw node.error(`equation '${text}' has no result '${right ?? ''}'`);
  }
  return { operands, result, lengths };
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, place) => String(place - count));

/** A value whose axes have labels, each once. */
interface Labelled {
  readonly value: Value;
  readonly labels: readonly string[];
}

/** The labels in another order. */
function arrange(graph: GraphWriter, { value, labels }: Labelled, order: readonly string[]): Value {
  return graph.transpose(
    value,
    order.map((label) => labels.indexOf(label)),
  );
}

/** A repeated label takes the diagonal; an axis of length 1 against a longer one is dropped: it repeats. */
function simplify(
  graph: GraphWriter,
  value: Value,
  labels: readonly string[],
  lengths: Equation['lengths'],
): Labelled {
  const axis = labels.findIndex((label, place) => value.shape[place] !== lengths.get(label));
  if (axis >= 0) {
    const others = value.shape.filter((_, place) => place !== axis);
    return simplify(
      graph,
      graph.reshape(value, others),
      labels.filter((_, place) => place !== axis),
      lengths,
    );
  }
  const second = labels.findIndex((label, place) => labels.indexOf(label) < place);
  if (second < 0) return { value, labels };
  const label = labels[second]!;
  const length = lengths.get(label)!;
  const rest = labels.flatMap((each, place) => (each === label ? [] : [place]));
  const repeats = labels.flatMap((each, place) => (each === label ? [place] : []));
  const moved = graph.transpose(value, [...repeats, ...rest]);
  const step = repeats.reduce((sum) => sum * length + 1, 0);
  const diagonal = graph.only(
    'Gather',
    [
      graph.reshape(moved, [length ** repeats.length, ...rest.map((place) => value.shape[place]!)]),
      graph.integers(Array.from({ length }, (_, place) => place * step)),
    ],
    { axis: 0 },
  );
  return { value: diagonal, labels: [label, ...rest.map((place) => labels[place]!)] };
}

/** Sums over the labels that nothing needs any more. */
function sumOthers(graph: GraphWriter, { value, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, axis) => (needed.has(label) ? [] : [axis]));
  return { value: graph.sum(value, axes, false), labels: labels.filter((label) => needed.has(label)) };
}

/** The product of two operands, summed over the labels that both have and nothing needs any more. */
function contract(
  graph: GraphWriter,
  left: Labelled,
  right: Labelled,
  needed: ReadonlySet<string>,
  lengths: Equation['lengths'],
): Labelled {
  const a = sumOthers(graph, left, new Set([...needed, ...right.labels]));
  const b = sumOthers(graph, right, new Set([...needed, ...left.labels]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const summed = shared.filter((label) => !needed.has(label));
  const rows = a.labels.filter((label) => !shared.includes(label));
  const columns = b.labels.filter((label) => !shared.includes(label));
  const shape = (labels: readonly string[]): number[] => labels.map((label) => lengths.get(label)!);
  const [count, height, depth, width] = [batch, rows, summed, columns].map((labels) => sizeOf(shape(labels)));
  const first = arrange(graph, a, [...batch, ...rows, ...summed]);
  const second = arrange(graph, b, [...batch, ...summed, ...columns]);
  const product =
    summed.length === 0
      ? graph.multiply(graph.reshape(first, [count!, height!, 1]), graph.reshape(second, [count!, 1, width!]))
      : graph.matmul(
          graph.reshape(first, [count!, height!, depth!]),
          graph.reshape(second, [count!, depth!, width!]),
        );
  const labels = [...batch, ...rows, ...columns];
  return { value: graph.reshape(product, shape(labels)), labels };
}

export const einsumOperators: readonly Operator[] = [
  {
    name: 'Einsum',
    inputs: [1, Infinity],
    readsMany: true,
    attributes: { equation: ['string'] },
    infer: (node) => {
      const { result, lengths } = equationOf(node);
      return [{ dataType: node.input(0).dataType, shape: result.map((label) => lengths.get(label)!) }];
    },
    // Operand by operand from the left, each step a matrix product or, where nothing is summed, a multiplication.
    rewrite: (graph, node) => {
      const { operands, result, lengths } = equationOf(node);
      const [first, ...others] = operands.map((labels, position) =>
        simplify(graph, node.input(position), labels, lengths),
      );
      let product = first!;
      others.forEach((operand, place) => {
        const later = others.slice(place + 1).flatMap(({ labels }) => labels);
        product = contract(graph, product, operand, new Set([...result, ...later]), lengths);
      });
      return [arrange(graph, sumOthers(graph, product, new Set(result)), result)];
    },
  },
];
