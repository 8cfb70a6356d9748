import { dataTypeOfNumber, describeDataTypeNumber, type DataType } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import { numbersOf, sizeOf, tensorOf, type Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { normalizeAxis } from '../shapes/axes.js';
import { overwritesFirst } from '../graph/kernel-buffers.js';
import { noGradient, type Operator } from '../graph/operator.js';
import { positions } from './window.js';

/** The tensor that a Constant node holds, in whichever of its attributes it is. */
function constantOf(node: Node): Tensor {
  const value = node.attributes['value'] as Tensor | undefined;
  if (value !== undefined) return value;
  const scalar = (name: string, dataType: DataType): Tensor | undefined => {
    const entry = node.attributes[name] as number | undefined;
    return entry === undefined ? undefined : tensorOf(dataType, [], [entry]);
  };
  const list = (name: string, dataType: DataType): Tensor | undefined => {
    const entries = node.attributes[name] as readonly number[] | undefined;
    return entries === undefined ? undefined : tensorOf(dataType, [entries.length], entries);
  };
  const constant =
    scalar('value_float', 'float32') ??
    scalar('value_int', 'int64') ??
    list('value_floats', 'float32') ??
    list('value_ints', 'int64');
  if (constant === undefined) throw node.error('holds no numeric value');
  return constant;
}

function fillOf(node: Node): Tensor {
  return (node.attributes['value'] as Tensor | undefined) ?? tensorOf('float32', [1], [0]);
}

/** The target of a Cast. */
function castTarget(node: Node): DataType {
  const dataType = dataTypeOfNumber(node.int('to'));
  if (dataType === undefined) {
    throw node.error(
      `casts to ${describeDataTypeNumber(node.int('to'))}, which training graphs do not support`,
    );
  }
  return dataType;
}

function eyeType(node: Node): DataType {
  if (node.input(0).rank !== 2) throw node.error(`input [${node.input(0).shape.join(', ')}] is no matrix`);
  const given = node.attributes['dtype'] as number | undefined;
  const dataType = given === undefined ? node.input(0).dataType : dataTypeOfNumber(given);
  if (dataType === undefined) {
    throw node.error(`dtype is ${describeDataTypeNumber(given!)}, which training graphs do not support`);
  }
  return dataType;
}

function placesOfNonZero(node: Node): readonly (readonly number[])[] {
  const entries = node.knownNumbers(0);
  return [...positions(node.input(0).shape)].filter((_, entry) => entries[entry] !== 0);
}

/** Where the axis of a OneHot goes, how long it is, and the shape with it. */
function oneHotShape(node: Node): { axis: number; depth: number; shape: readonly number[] } {
  const { shape } = node.input(0);
  const depth = node.knownNumbers(1)[0]!;
  const axis = normalizeAxis(node, node.int('axis'), shape.length + 1);
  return { axis, depth, shape: [...shape.slice(0, axis), depth, ...shape.slice(axis)] };
}

export const constantOperators: readonly Operator[] = [
  {
    name: 'Constant',
    inputs: [0, 0],
    attributes: {
      value: ['tensor'],
      value_float: ['float'],
      value_int: ['int'],
      value_floats: ['floats'],
      value_ints: ['ints'],
    },
    infer: (node) => {
      const { dataType, shape } = constantOf(node);
      return [{ dataType, shape }];
    },
    rewrite: (graph, node) => [graph.constantTensor(constantOf(node))],
    gradient: noGradient,
  },
  {
    name: 'ConstantOfShape',
    inputs: [1, 1],
    attributes: { value: ['tensor'] },
    infer: (node) => [{ dataType: fillOf(node).dataType, shape: node.knownNumbers(0) }],
    evaluate: (node) => {
      const shape = node.knownNumbers(0);
      return [{ shape, data: new Float64Array(sizeOf(shape)).fill(numbersOf(fillOf(node))[0]!) }];
    },
    gradient: noGradient,
  },
  {
    name: 'Shape',
    inputs: [1, 1],
    attributes: { start: ['int', 0], end: ['int'] },
    infer: (node) => [{ dataType: 'int64', shape: [shapePart(node).length] }],
    // Shapes are known while the graph is built, so this never runs.
    rewrite: (graph, node) => [graph.integers(shapePart(node))],
    gradient: noGradient,
  },
  {
    name: 'Size',
    inputs: [1, 1],
    infer: () => [{ dataType: 'int64', shape: [] }],
    rewrite: (graph, node) => [graph.constant(sizeOf(node.input(0).shape), [], 'int64')],
    gradient: noGradient,
  },
  {
    name: 'EyeLike',
    inputs: [1, 1],
    attributes: { dtype: ['int'], k: ['int', 0] },
    infer: (node) => [{ dataType: eyeType(node), shape: node.input(0).shape }],
    rewrite: (graph, node) => {
      const [rows, columns] = node.input(0).shape as [number, number];
      const eye = Array.from({ length: rows * columns }, (_, entry) =>
        (entry % columns) - Math.floor(entry / columns) === node.int('k') ? 1 : 0,
      );
      return [graph.constant(eye, [rows, columns], eyeType(node))];
    },
    gradient: noGradient,
  },
  {
    name: 'NonZero',
    inputs: [1, 1],
    infer: (node) => [{ dataType: 'int64', shape: [node.input(0).rank, placesOfNonZero(node).length] }],
    // How many there are decides the shape, so the entries must be known.
    rewrite: (graph, node) => {
      const places = placesOfNonZero(node);
      const { rank } = node.input(0);
      const byAxis = Array.from({ length: rank }, (_, axis) => places.map((place) => place[axis]!));
      return [graph.constant(byAxis.flat(), [rank, places.length], 'int64')];
    },
    gradient: noGradient,
  },
  {
    name: 'OneHot',
    inputs: [3, 3],
    roles: [undefined, undefined, 'setting'],
    attributes: { axis: ['int', -1] },
    infer: (node) => {
      const { dataType, shape } = node.input(2);
      if (shape.join() !== '2') throw node.error(`values has shape [${shape.join(', ')}], expected [2]`);
      return [{ dataType, shape: oneHotShape(node).shape }];
    },
    // The values for off and on are differentiable.
    rewrite: (graph, node) => {
      const { axis, depth, shape } = oneHotShape(node);
      const indices = graph.cast(node.input(0), 'int64');
      const counted = graph.where(graph.less(indices, 0), graph.add(indices, depth), indices);
      const places = graph.constant(
        Array.from({ length: depth }, (_, place) => place),
        shape.map((_, each) => (each === axis ? depth : 1)),
        'int64',
      );
      const apart = graph.reshape(
        counted,
        shape.map((length, each) => (each === axis ? 1 : length)),
      );
      const [off, on] = graph.split(node.input(2), [1, 1], 0) as [Value, Value];
      return [graph.where(graph.equal(apart, places), on, off)];
    },
  },
  {
    name: 'Range',
    inputs: [3, 3],
    roles: ['setting', 'setting', 'setting'],
    // For types of half the size, in which nothing here is computed.
    attributes: { stash_type: ['int', 1] },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: [rangeOf(node).length] }],
    evaluate: (node) => {
      const { start, step, length } = rangeOf(node);
      const data = Float64Array.from({ length }, (_, index) => start + index * step);
      return [{ shape: [length], data }];
    },
    gradient: noGradient,
  },
  {
    name: 'Identity',
    inputs: [1, 1],
    entries: 'kept',
    infer: (node) => [node.input(0).type],
    rewrite: (_, node) => [node.input(0)],
  },
  {
    // Ours: an Identity through which no gradient flows. It is written as Identity.
    name: 'StopGradient',
    inputs: [1, 1],
    writtenAs: 'Identity',
    infer: (node) => [node.input(0).type],
    evaluate: (_, [x]) => [x!],
    gradient: noGradient,
  },
  {
    name: 'Cast',
    inputs: [1, 1],
    entries: 'kept',
    buffers: overwritesFirst,
    attributes: { to: ['int'] },
    infer: (node) => [{ dataType: castTarget(node), shape: node.input(0).shape }],
    rewrite: (_, node) => (castTarget(node) === node.input(0).dataType ? [node.input(0)] : undefined),
    evaluate: (node, [x]) => {
      const target = castTarget(node);
      const convert =
        target === 'bool'
          ? (entry: number) => (entry === 0 ? 0 : 1)
          : target === 'float32'
            ? Math.fround
            : target === 'float64'
              ? (entry: number) => entry
              : Math.trunc;
      return [{ shape: x!.shape, data: x!.data.map(convert) }];
    },
    gradient: ({ graph, node, cotangent }) => {
      const { dataType } = node.input(0);
      return dataType.startsWith('float') && cotangent.dataType.startsWith('float')
        ? [graph.cast(cotangent, dataType)]
        : [];
    },
  },
  {
    name: 'CastLike',
    inputs: [2, 2],
    entries: 'kept',
    infer: (node) => [{ dataType: node.input(1).dataType, shape: node.input(0).shape }],
    rewrite: (graph, node) => [graph.cast(node.input(0), node.input(1).dataType)],
  },
];

function shapePart(node: Node): readonly number[] {
  return node.input(0).shape.slice(node.int('start'), node.attributes['end'] as number | undefined);
}

function rangeOf(node: Node): { start: number; step: number; length: number } {
  const [start, limit, step] = [0, 1, 2].map((position) => node.knownNumbers(position)[0]);
  const length = Math.max(Math.ceil((limit! - start!) / step!), 0);
  if (!Number.isSafeInteger(length)) {
    throw node.error(`counts from ${start} to ${limit} in steps of ${step}, which has no end`);
  }
  return { start: start!, step: step!, length };
}
