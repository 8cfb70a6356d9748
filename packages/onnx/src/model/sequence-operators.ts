import type { GraphWriter } from '../graph/graph-writer.js';
import { numbersOf } from '../graph/tensor.js';
import { Value } from '../graph/value.js';
import { OnnxError } from '../graph/onnx-error.js';
import type { ImportedNode } from './imported-node.js';

/** A node whose operands may be sequences. */
type SequenceNode = Omit<ImportedNode, 'inputs'> & {
  readonly inputs: readonly (Value | readonly Value[] | undefined)[];
};

const failure = (node: SequenceNode, cause: string): OnnxError =>
  new OnnxError(cause, { operator: node.operator, node: node.name });

function tensorAt(node: SequenceNode, position: number): Value {
  const value = node.inputs[position];
  if (value instanceof Value) return value;
  throw failure(
    node,
    `input ${position} is ${value === undefined ? 'missing' : 'a sequence, expected a tensor'}`,
  );
}

function sequenceAt(node: SequenceNode, position: number): readonly Value[] {
  const value = node.inputs[position];
  if (value === undefined || value instanceof Value) {
    throw failure(
      node,
      `input ${position} is ${value === undefined ? 'missing' : 'a tensor, expected a sequence'}`,
    );
  }
  return value;
}

function knownAt(node: SequenceNode, position: number): readonly number[] {
  const { constant } = tensorAt(node, position);
  if (constant === undefined) throw failure(node, `input ${position} must be known when the graph is built`);
  return Array.from(numbersOf(constant));
}

const axisOf = (node: SequenceNode, rank: number, missing: number): number => {
  const axis = (node.attributes['axis'] as number | undefined) ?? missing;
  return axis < 0 ? axis + rank : axis;
};

/** Every part becomes a value of the graph. */
const mostParts = 1 << 16;

function split(graph: GraphWriter, node: SequenceNode): readonly Value[] {
  const x = tensorAt(node, 0);
  const axis = axisOf(node, x.rank, 0);
  const whole = x.shape[axis];
  if (whole === undefined) throw failure(node, `axis ${axis} is outside of a tensor of rank ${x.rank}`);
  const equalParts = (length: number): number[] => {
    const count = Math.ceil(whole / length);
    if (!(length >= 1 && count <= mostParts)) {
      throw failure(
        node,
        `splits ${whole} entries into parts of ${length}; supported are ${mostParts} parts`,
      );
    }
    return Array.from({ length: count }, (_, part) => Math.min(length, whole - part * length));
  };
  if (node.inputs[1] !== undefined) {
    const listed = knownAt(node, 1);
    return graph.split(x, tensorAt(node, 1).rank === 0 ? equalParts(listed[0]!) : listed, axis);
  }
  const parts = graph.split(x, equalParts(1), axis);
  if (node.attributes['keepdims'] !== 0) return parts;
  const shape = x.shape.filter((_, place) => place !== axis);
  return parts.map((part) => graph.reshape(part, shape));
}

/**
 * Operators on sequences of tensors, as exporters write them to take a tensor apart. With positions known in advance a
 * sequence is a list of values, and nothing of it is left in the graph.
 */
export const sequenceOperators: Readonly<
  Record<string, (graph: GraphWriter, node: SequenceNode) => Value | readonly Value[]>
> = {
  SplitToSequence: split,
  SequenceConstruct: (_, node) => node.inputs.map((_input, position) => tensorAt(node, position)),
  SequenceAt: (_, node) => {
    const sequence = sequenceAt(node, 0);
    const position = knownAt(node, 1)[0]!;
    const value = sequence.at(position);
    if (value === undefined) {
      throw failure(node, `position ${position} is outside of a sequence of ${sequence.length} tensors`);
    }
    return value;
  },
  SequenceLength: (graph, node) => graph.constant(sequenceAt(node, 0).length, [], 'int64'),
  SequenceEmpty: () => [],
  SequenceInsert: (_, node) => {
    const sequence = sequenceAt(node, 0);
    const place = node.inputs[2] === undefined ? sequence.length : knownAt(node, 2)[0]!;
    const counted = place < 0 ? place + sequence.length : place;
    if (counted < 0 || counted > sequence.length) {
      throw failure(node, `position ${place} is outside of a sequence of ${sequence.length} tensors`);
    }
    return [...sequence.slice(0, counted), tensorAt(node, 1), ...sequence.slice(counted)];
  },
  SequenceErase: (_, node) => {
    const sequence = sequenceAt(node, 0);
    const place = node.inputs[1] === undefined ? -1 : knownAt(node, 1)[0]!;
    const counted = place < 0 ? place + sequence.length : place;
    if (sequence[counted] === undefined) {
      throw failure(node, `position ${place} is outside of a sequence of ${sequence.length} tensors`);
    }
    return sequence.filter((_each, position) => position !== counted);
  },
  // Whether an optional input was given is known when the model is read.
  OptionalHasElement: (graph, node) => graph.constant(node.inputs[0] === undefined ? 0 : 1, [], 'bool'),
  OptionalGetElement: (_, node) => {
    const given = node.inputs[0];
    if (given === undefined) throw failure(node, 'its input is left out');
    return given;
  },
  ConcatFromSequence: (graph, node) => {
    const sequence = sequenceAt(node, 0);
    if (sequence.length === 0) throw failure(node, 'joins a sequence of no tensors');
    const stacked = node.attributes['new_axis'] === 1;
    const axis = axisOf(node, sequence[0]!.rank + (stacked ? 1 : 0), 0);
    const parts = stacked
      ? sequence.map((part) =>
          graph.reshape(part, [...part.shape.slice(0, axis), 1, ...part.shape.slice(axis)]),
        )
      : sequence;
    return graph.concat(parts, axis);
  },
};
