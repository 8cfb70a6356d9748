import type { GraphWriter } from '../graph/graph-writer.js';
import { dataTypeOfNumber, type DataType } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { normalizeAxis } from '../shapes/axes.js';
import type { Operator } from '../graph/operator.js';
import { roundHalfToEven } from './round-half-to-even.js';

const ranges: Readonly<Partial<Record<DataType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
};

/** A scale or zero point in a shape that broadcasts against x: one for all, one per place of an axis, or per block. */
function spread(graph: GraphWriter, node: Node, parameter: Value): Value {
  const { shape } = node.input(0);
  if (parameter.shape.every((length) => length === 1)) return graph.reshape(parameter, []);
  const axis = normalizeAxis(node, node.int('axis'), shape.length);
  const block = node.int('block_size');
  if (block === 0) {
    if (parameter.shape.join() !== String(shape[axis])) {
      throw node.error(
        `scale [${parameter.shape.join(', ')}] does not fit axis ${axis} of [${shape.join(', ')}]`,
      );
    }
    return graph.reshape(
      parameter,
      shape.map((length, each) => (each === axis ? length : 1)),
    );
  }
  const places = Array.from({ length: shape[axis]! }, (_, place) => Math.floor(place / block));
  return graph.only('Gather', [parameter, graph.integers(places)], { axis });
}

function quantizedType(node: Node): DataType {
  const given = node.int('output_dtype');
  const dataType =
    node.inputs[2]?.dataType ?? (given === 0 ? 'uint8' : (dataTypeOfNumber(given) ?? 'float32'));
  if (ranges[dataType] === undefined) {
    throw node.error(`quantizes to another type than ${Object.keys(ranges).join(' and ')}`);
  }
  return dataType;
}

/**
 * Rounding to the nearest integer whose derivative is taken for 1, as in the straight-through estimator (Bengio, Léonard
 * and Courville, 2013): what trains through a quantization would get 0 everywhere otherwise.
 */
const straightThroughRound: Operator = {
  name: 'StraightThroughRound',
  writtenAs: 'Round',
  inputs: [1, 1],
  infer: (node) => [node.input(0).type],
  evaluate: (_, [x]) => [{ shape: x!.shape, data: x!.data.map(roundHalfToEven) }],
  gradient: ({ cotangent }) => [cotangent],
};

/** What a quantized value was before it became an integer: the same number, through which a gradient flows. */
const realOfQuantized = new WeakMap<Value, Value>();

/** Operators that only move the entries of their first input, so that an integer may pass through them as a real. */
const movingOperators = new Set(['Reshape', 'Transpose', 'Expand', 'Slice', 'Gather']);

/** For a value that a quantization gave, the same numbers from before they became integers. */
function realBehind(graph: GraphWriter, value: Value): Value | undefined {
  const own = realOfQuantized.get(value);
  const node = value.producer;
  if (own !== undefined || node === undefined || !movingOperators.has(node.operator.name)) return own;
  const real = realBehind(graph, node.input(0));
  if (real === undefined) return undefined;
  return graph.apply(node.operator, [real, ...node.inputs.slice(1)], node.attributes, { name: node.name })[0];
}

export const quantizationOperators: readonly Operator[] = [
  {
    // (x − zero point)·scale.
    name: 'DequantizeLinear',
    inputs: [2, 3],
    roles: ['quantized', 'step', 'setting'],
    attributes: { axis: ['int', 1], block_size: ['int', 0], output_dtype: ['int', 0] },
    infer: (node) => [{ dataType: node.input(1).dataType, shape: node.input(0).shape }],
    rewrite: (graph, node) => {
      const scale = node.input(1);
      const x = graph.cast(realBehind(graph, node.input(0)) ?? node.input(0), scale.dataType);
      const zero = node.inputs[2];
      const centred =
        zero === undefined ? x : graph.subtract(x, spread(graph, node, graph.cast(zero, scale.dataType)));
      return [graph.multiply(centred, spread(graph, node, scale))];
    },
  },
  {
    // round(x/scale) + zero point, kept within the type. With the DequantizeLinear that reads it, the gradient passes
    // straight through where x is within the range of the type, and is 0 outside, as in PyTorch's fake_quantize.
    name: 'QuantizeLinear',
    inputs: [2, 3],
    roles: [undefined, 'step', 'setting'],
    attributes: {
      axis: ['int', 1],
      block_size: ['int', 0],
      output_dtype: ['int', 0],
      precision: ['int', 0],
      saturate: ['int', 1],
    },
    infer: (node) => [{ dataType: quantizedType(node), shape: node.input(0).shape }],
    rewrite: (graph, node) => {
      const dataType = quantizedType(node);
      const x = node.input(0);
      const scale = spread(graph, node, graph.cast(node.input(1), x.dataType));
      const scaled = graph.apply(straightThroughRound, [graph.divide(x, scale)], {}, { name: node.name })[0]!;
      const zero = node.inputs[2];
      const moved =
        zero === undefined ? scaled : graph.add(scaled, spread(graph, node, graph.cast(zero, x.dataType)));
      const bounds = ranges[dataType]!.map((bound) => graph.constant(bound, [], x.dataType));
      const real = graph.only('Clip', [moved, ...bounds]);
      const integer = graph.cast(real, dataType);
      if (integer.constant === undefined) realOfQuantized.set(integer, real);
      return [integer];
    },
  },
];
