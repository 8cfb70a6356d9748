import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Operator } from '../graph/operator.js';

interface Geometry {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly number[];
  /** Height and width of the result. */
  readonly size: readonly [number, number];
}

function geometryOf(node: Node): Geometry {
  const [x, weight, offset] = [node.input(0), node.input(1), node.input(2)];
  if (x.rank !== 4 || weight.rank !== 4) {
    throw node.error(
      `input [${x.shape.join(', ')}] and weight [${weight.shape.join(', ')}]: only images are supported, of rank 4`,
    );
  }
  const pair = (name: string): [number, number] => (node.ints(name) ?? [1, 1]) as [number, number];
  const kernel = weight.shape.slice(2) as [number, number];
  const [strides, dilations] = [pair('strides'), pair('dilations')];
  const pads = node.ints('pads') ?? [0, 0, 0, 0];
  const size = [0, 1].map(
    (axis) =>
      Math.floor(
        (x.shape[2 + axis]! + pads[axis]! + pads[axis + 2]! - dilations[axis]! * (kernel[axis]! - 1) - 1) /
          strides[axis]!,
      ) + 1,
  ) as [number, number];
  const check = (position: number, per: number): void => {
    const found = node.inputs[position]?.shape;
    const expected = [x.shape[0]!, node.int('offset_group') * sizeOf(kernel) * per, ...size];
    if (found !== undefined && found.join() !== expected.join()) {
      throw node.error(
        `input ${position} has shape [${found.join(', ')}], expected [${expected.join(', ')}]`,
      );
    }
  };
  if (offset.rank !== 4) throw node.error(`offsets [${offset.shape.join(', ')}] are not of rank 4`);
  check(2, 2);
  check(4, 1);
  return { kernel, strides, dilations, pads, size };
}

/** The convolution of what bilinear sampling finds at the places of the kernel, each moved by its offset. */
function convolve(graph: GraphWriter, node: Node): Value {
  const { kernel, strides, dilations, pads, size } = geometryOf(node);
  const [x, weight] = [node.input(0), node.input(1)];
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const [rows, columns] = size;
  const [taps, places] = [sizeOf(kernel), rows * columns];
  const [offsetGroups, groups, outputs] = [node.int('offset_group'), node.int('group'), weight.shape[0]!];

  // Where each tap lies without its offset, along one axis: [1, taps, rows, columns].
  const resting = (axis: 0 | 1): Value =>
    graph.constant(
      Float64Array.from({ length: taps * places }, (_, entry) => {
        const tap = Math.floor(entry / places);
        const place = entry % places;
        const [step, at] =
          axis === 0
            ? [Math.floor(place / columns), Math.floor(tap / kernel[1])]
            : [place % columns, tap % kernel[1]];
        return step * strides[axis] - pads[axis]! + at * dilations[axis];
      }),
      [1, taps, rows, columns],
      x.dataType,
    );
  const offsets = graph.reshape(node.input(2), [batch * offsetGroups, taps, 2, rows, columns]);
  const [down, across] = graph
    .split(offsets, [1, 1], 2)
    .map((part) => graph.reshape(part, [batch * offsetGroups, taps, rows, columns])) as [Value, Value];
  // In pixels p of a length n, GridSample wants (2p + 1)/n − 1.
  const normalized = (moved: Value, axis: 0 | 1, length: number): Value =>
    graph.reshape(
      graph.subtract(
        graph.divide(graph.add(graph.multiply(graph.add(moved, resting(axis)), 2), 1), length),
        1,
      ),
      [batch * offsetGroups, taps, places, 1],
    );
  const grid = graph.concat([normalized(across, 1, width), normalized(down, 0, height)], 3);
  const grouped = graph.reshape(x, [batch * offsetGroups, channels / offsetGroups, height, width]);
  let samples = graph.only('GridSample', [grouped, grid], { mode: 'bilinear', padding_mode: 'zeros' });
  if (node.hasInput(4)) {
    samples = graph.multiply(samples, graph.reshape(node.input(4), [batch * offsetGroups, 1, taps, places]));
  }
  const matrix = graph.reshape(weight, [1, groups, outputs / groups, (channels / groups) * taps]);
  const column = graph.reshape(samples, [batch, groups, (channels / groups) * taps, places]);
  const y = graph.reshape(graph.matmul(matrix, column), [batch, outputs, rows, columns]);
  return node.hasInput(3) ? graph.add(y, graph.reshape(node.input(3), [1, outputs, 1, 1])) : y;
}

export const deformableConvolutionOperators: readonly Operator[] = [
  {
    name: 'DeformConv',
    inputs: [3, 5],
    roles: [undefined, 'weight', undefined, 'bias'],
    attributes: {
      dilations: ['ints'],
      group: ['int', 1],
      kernel_shape: ['ints'],
      offset_group: ['int', 1],
      pads: ['ints'],
      strides: ['ints'],
    },
    infer: (node) => {
      const x = node.input(0);
      return [
        {
          dataType: x.dataType,
          shape: [x.shape[0]!, node.input(1).shape[0]!, ...geometryOf(node).size],
        },
      ];
    },
    rewrite: (graph, node) => [convolve(graph, node)],
  },
];
