import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import { normalizeAxis } from '../shapes/axes.js';
import type { Operator } from '../graph/operator.js';

/** The places that the condition of Compress keeps. */
const keptPlaces = (node: Node): number[] =>
  node.knownNumbers(1).flatMap((entry, place) => (entry === 0 ? [] : [place]));

const compressAxis = (node: Node): number | undefined =>
  node.attributes['axis'] === undefined
    ? undefined
    : normalizeAxis(node, node.int('axis'), node.input(0).rank);

/** The length that CenterCropPad gives every axis. */
function centredShape(node: Node): readonly number[] {
  const shape = [...node.input(0).shape];
  const axes = node.ints('axes') ?? shape.map((_, axis) => axis);
  const lengths = node.knownNumbers(1);
  if (lengths.length !== axes.length) {
    throw node.error(`shape has ${lengths.length} entries for ${axes.length} axes`);
  }
  axes.forEach((axis, place) => (shape[normalizeAxis(node, axis, shape.length)] = lengths[place]!));
  return shape;
}

/** Operators that pick entries by their place, each a Gather, a Slice or a Pad. */
export const selectingOperators: readonly Operator[] = [
  {
    name: 'Compress',
    inputs: [2, 2],
    attributes: { axis: ['int'] },
    // The condition decides the shape, so it must be known in advance.
    infer: (node) => {
      const { dataType, shape } = node.input(0);
      const axis = compressAxis(node);
      const length = axis === undefined ? sizeOf(shape) : shape[axis]!;
      const places = keptPlaces(node);
      if (places.some((place) => place >= length)) {
        throw node.error(`condition has ${node.knownNumbers(1).length} entries for ${length}`);
      }
      return [
        {
          dataType,
          shape:
            axis === undefined
              ? [places.length]
              : shape.map((whole, each) => (each === axis ? places.length : whole)),
        },
      ];
    },
    rewrite: (graph, node) => {
      const axis = compressAxis(node);
      const x = axis === undefined ? graph.reshape(node.input(0), [-1]) : node.input(0);
      return [graph.only('Gather', [x, graph.integers(keptPlaces(node))], { axis: axis ?? 0 })];
    },
  },
  {
    name: 'ReverseSequence',
    inputs: [2, 2],
    attributes: { batch_axis: ['int', 1], time_axis: ['int', 0] },
    infer: (node) => {
      const x = node.input(0);
      const [batch, time] = [node.int('batch_axis'), node.int('time_axis')];
      if (x.rank < 2 || batch + time !== 1 || node.input(1).shape[0] !== x.shape[batch]) {
        throw node.error(
          `input [${x.shape.join(', ')}] and lengths [${node.input(1).shape.join(', ')}] do not fit batch_axis ${batch} and time_axis ${time}`,
        );
      }
      return [x.type];
    },
    // Entry t is read from length − 1 − t as long as t is inside of its sequence.
    rewrite: (graph, node) => {
      const [x, lengths] = [node.input(0), node.input(1)];
      const along = (axis: number): number[] => x.shape.map((_, each) => (each === axis ? -1 : 1));
      const duration = x.shape[node.int('time_axis')]!;
      const time = graph.reshape(
        graph.integers(Array.from({ length: node.listLength(duration) }, (_, step) => step)),
        along(node.int('time_axis')),
      );
      const ends = graph.reshape(lengths, along(node.int('batch_axis')));
      const places = graph.where(graph.less(time, ends), graph.subtract(graph.subtract(ends, 1), time), time);
      return [
        graph.only('GatherElements', [x, graph.expand(places, x.shape)], { axis: node.int('time_axis') }),
      ];
    },
  },
  {
    name: 'CenterCropPad',
    inputs: [2, 2],
    attributes: { axes: ['ints'] },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: centredShape(node) }],
    rewrite: (graph, node) => {
      const x = node.input(0);
      const missing = centredShape(node).map((length, axis) => length - x.shape[axis]!);
      // Cutting rounds what goes at the front down, as padding does.
      const before = missing.map((length) => Math.trunc(length / 2) || 0);
      return [
        graph.pad(
          x,
          before,
          missing.map((length, axis) => length - before[axis]!),
        ),
      ];
    },
  },
];
