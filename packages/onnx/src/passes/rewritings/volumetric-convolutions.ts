import type { GraphWriter } from '../../graph/graph-writer.js';
import type { Node } from '../../graph/node.js';
import { sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import type { Rewriting } from '../profile.js';

/** Conv in three dimensions with groups, and ConvTranspose in three dimensions. */
export const volumetricConvolutions: readonly Rewriting[] = [
  {
    operator: 'Conv',
    reason: 'the kernel has no groups in three dimensions',
    rewrite: ({ graph, node, inputs }) => {
      if (inputs[0]!.rank < 5 || node.int('group') === 1) return undefined;
      return [
        byGroups(graph, node, inputs, (x, weight) =>
          graph.conv(x, weight, undefined, { ...node.attributes, group: 1 }),
        ),
      ];
    },
  },
  {
    operator: 'ConvTranspose',
    reason: 'the kernel has one and two dimensions only',
    rewrite: ({ graph, node, inputs }) => {
      if (inputs[0]!.rank < 5) return undefined;
      const lengths = node.output().shape.slice(2);
      return [byGroups(graph, node, inputs, (x, weight) => transposed(graph, node, x, weight, lengths))];
    },
  },
];

/** Convolves each group by itself. */
function byGroups(
  graph: GraphWriter,
  node: Node,
  [x, weight, bias]: readonly (Value | undefined)[],
  convolve: (x: Value, weight: Value) => Value,
): Value {
  const groups = node.int('group');
  // Slices: Split gives a few parts only.
  const part = (value: Value, axis: number, group: number): Value => {
    const length = value.shape[axis]! / groups;
    return graph.slice(value, { starts: [group * length], ends: [(group + 1) * length], axes: [axis] });
  };
  const y = graph.concat(
    Array.from({ length: groups }, (_, group) => convolve(part(x!, 1, group), part(weight!, 0, group))),
    1,
  );
  if (bias === undefined) return y;
  return graph.add(y, graph.reshape(bias, [1, y.shape[1]!, ...y.shape.slice(2).map(() => 1)]));
}

/** A transposed convolution: zeros between the entries, and a convolution by the kernel read backwards. */
function transposed(
  graph: GraphWriter,
  node: Node,
  x: Value,
  weight: Value,
  lengths: readonly number[],
): Value {
  const ones = lengths.map(() => 1);
  const strides = node.ints('strides') ?? ones;
  const dilations = node.ints('dilations') ?? ones;
  const before = node.ints('pads')?.slice(0, lengths.length) ?? lengths.map(() => 0);
  const axes = lengths.map((_, axis) => axis + 2);
  const spread = axes.reduce(
    (value, axis, place) => withZerosBetween(graph, value, axis, strides[place]!),
    x,
  );
  const backwards = axes.reduce((value, axis) => reversed(graph, value, axis), weight);
  const extents = weight.shape.slice(2).map((length, axis) => dilations[axis]! * (length - 1));
  // Entry `before` of the full result is the first that is wanted; zeros follow where it ends too early.
  const after = lengths.map((length, axis) => Math.max(before[axis]! + length - spread.shape[axis + 2]!, 0));
  const full = graph.conv(spread, graph.transpose(backwards, [1, 0, ...axes]), undefined, {
    dilations,
    pads: [...extents, ...after],
  });
  return graph.slice(full, {
    starts: before,
    ends: lengths.map((length, axis) => before[axis]! + length),
    axes,
  });
}

/** `stride` − 1 zeros after each entry along the axis. */
function withZerosBetween(graph: GraphWriter, x: Value, axis: number, stride: number): Value {
  if (stride === 1) return x;
  const { shape } = x;
  const outer = sizeOf(shape.slice(0, axis + 1));
  const inner = sizeOf(shape.slice(axis + 1));
  const padded = graph.pad(graph.reshape(x, [outer, 1, inner]), [0, 0, 0], [0, stride - 1, 0]);
  return graph.reshape(
    padded,
    shape.map((length, place) => (place === axis ? length * stride : length)),
  );
}

function reversed(graph: GraphWriter, x: Value, axis: number): Value {
  const length = x.shape[axis]!;
  if (length === 1) return x;
  const places = graph.integers(Array.from({ length }, (_, place) => length - 1 - place));
  return graph.only('Gather', [x, places], { axis });
}
