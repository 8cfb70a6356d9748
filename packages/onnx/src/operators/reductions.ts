import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { normalizeAxes, normalizeAxis, reducedShape } from '../shapes/axes.js';
import { forEachOffset, stridesOf } from '../shapes/strides.js';
import { powerNorm } from './power-norm.js';
import { noGradient, type GradientRequest, type Numbers, type Operator } from '../graph/operator.js';
import { sizeOf } from '../graph/tensor.js';

const axesOf = (node: Node): number[] =>
  normalizeAxes(node, node.optionalNumbers(1), node.input(0).rank, node.int('noop_with_empty_axes') === 1);

/** The shape of a reduction's result with the reduced axes kept: the one that broadcasts against its input. */
const keptShape = (node: Node): number[] => reducedShape(node.input(0).shape, axesOf(node), true);

function reduceNumbers(
  x: Numbers,
  axes: readonly number[],
  reduce: (entries: number[]) => number,
): Float64Array {
  const kept = reducedShape(x.shape, axes, true);
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride));
  const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
  forEachOffset(x.shape, strides, (entry, group) => groups[group]!.push(x.data[entry]!));
  return Float64Array.from(groups, reduce);
}

interface ReducedPoint extends GradientRequest {
  readonly x: Value;
  /** Output and cotangent in a shape that broadcasts against the input. */
  readonly y: Value;
  readonly dy: Value;
  /** How many entries went into each result. */
  readonly count: number;
}

function reduction(
  name: string,
  reduce: (entries: number[], node: Node) => number,
  gradient: (point: ReducedPoint) => Value,
): Operator {
  return {
    name,
    inputs: [1, 2],
    attributes: { keepdims: ['int', 1], noop_with_empty_axes: ['int', 0] },
    infer: (node) => [
      {
        dataType: node.input(0).dataType,
        shape: reducedShape(node.input(0).shape, axesOf(node), node.int('keepdims') === 1),
      },
    ],
    evaluate: (node, [x]) => [
      {
        shape: reducedShape(x!.shape, axesOf(node), node.int('keepdims') === 1),
        data: reduceNumbers(x!, axesOf(node), (entries) => reduce(entries, node)),
      },
    ],
    gradient: (request) => {
      const { graph, node, cotangent } = request;
      const x = node.input(0);
      const kept = keptShape(node);
      const point = {
        ...request,
        x,
        y: graph.reshape(node.output(), kept),
        dy: graph.reshape(cotangent, kept),
        count: axesOf(node).reduce((product, axis) => product * x.shape[axis]!, 1),
      };
      return [graph.expand(gradient(point), x.shape)];
    },
  };
}

/** A reduction lowered to others. */
function composite(
  name: string,
  rewrite: (graph: GraphWriter, x: Value, sum: (x: Value) => Value, axes: readonly number[]) => Value,
): Operator {
  const { inputs, attributes, infer } = reduction(
    name,
    () => 0,
    ({ dy }) => dy,
  );
  return {
    name,
    inputs,
    ...(attributes === undefined ? {} : { attributes }),
    infer,
    rewrite: (graph, node) => {
      const axes = axesOf(node);
      const kept = rewrite(graph, node.input(0), (x) => graph.sum(x, axes), axes);
      return [graph.reshape(kept, reducedShape(node.input(0).shape, axes, node.int('keepdims') === 1))];
    },
  };
}

/** Ties split the gradient evenly, as in PyTorch's amax and amin. */
const evenly = ({ graph, node, x, y, dy }: ReducedPoint): Value => {
  const hit = graph.cast(graph.equal(x, y), x.dataType);
  return graph.multiply(hit, graph.divide(dy, graph.sum(hit, axesOf(node))));
};

/** For each factor the product of the others, zeros among them or not: ∏ of the rest / x, with 1 in place of 0. */
const productOfOthers = ({ graph, node, x, dy }: ReducedPoint): Value => {
  const axes = axesOf(node);
  if (axes.length === 0) return dy;
  const zero = graph.equal(x, 0);
  const safe = graph.where(zero, 1, x);
  const product = graph.only('ReduceProd', [safe, graph.integers(axes)], { keepdims: 1 });
  const isZero = graph.cast(zero, x.dataType);
  const otherZeros = graph.subtract(graph.sum(isZero, axes), isZero);
  const alone = graph.cast(graph.equal(otherZeros, 0), x.dataType);
  return graph.multiply(graph.multiply(alone, graph.divide(product, safe)), dy);
};

const total = (entries: number[]): number => entries.reduce((sum, entry) => sum + entry, 0);

/** The place of the first (or last) largest or smallest entry along an axis. */
function arg(name: 'ArgMax' | 'ArgMin'): Operator {
  const shapeOf = (node: Node, shape: readonly number[]): number[] =>
    reducedShape(shape, [normalizeAxis(node, node.int('axis'), shape.length)], node.int('keepdims') === 1);
  return {
    name,
    inputs: [1, 1],
    attributes: { axis: ['int', 0], keepdims: ['int', 1], select_last_index: ['int', 0] },
    infer: (node) => [{ dataType: 'int64', shape: shapeOf(node, node.input(0).shape) }],
    evaluate: (node, [x]) => [
      {
        shape: shapeOf(node, x!.shape),
        data: reduceNumbers(x!, [normalizeAxis(node, node.int('axis'), x!.shape.length)], (entries) => {
          const best = name === 'ArgMax' ? Math.max(...entries) : Math.min(...entries);
          return node.int('select_last_index') === 1 ? entries.lastIndexOf(best) : entries.indexOf(best);
        }),
      },
    ],
    gradient: noGradient,
  };
}

export const reductionOperators: readonly Operator[] = [
  reduction('ReduceSum', total, ({ dy }) => dy),
  reduction(
    'ReduceMean',
    (entries) => total(entries) / entries.length,
    ({ graph, dy, count }) => graph.divide(dy, count),
  ),
  // Of no entries, the extremum is the last of the type's numbers in the other direction.
  reduction(
    'ReduceMax',
    (entries, node) =>
      entries.reduce((a, b) => Math.max(a, b), node.input(0).dataType === 'bool' ? 0 : -Infinity),
    evenly,
  ),
  reduction(
    'ReduceMin',
    (entries, node) =>
      entries.reduce((a, b) => Math.min(a, b), node.input(0).dataType === 'bool' ? 1 : Infinity),
    evenly,
  ),
  reduction(
    'ReduceProd',
    (entries) => entries.reduce((product, entry) => product * entry, 1),
    productOfOthers,
  ),
  composite('ReduceSumSquare', (graph, x, sum) => sum(graph.multiply(x, x))),
  composite('ReduceL1', (graph, x, sum) => sum(graph.abs(x))),
  composite('ReduceL2', (graph, x, sum) => powerNorm(graph, x, 2, sum)),
  composite('ReduceLogSum', (graph, x, sum) => graph.log(sum(x))),
  composite('ReduceLogSumExp', (graph, x, sum, axes) => {
    const largest = graph.stopGradient(graph.max(x, axes));
    return graph.add(graph.log(sum(graph.exp(graph.subtract(x, largest)))), largest);
  }),
  arg('ArgMax'),
  arg('ArgMin'),
];
