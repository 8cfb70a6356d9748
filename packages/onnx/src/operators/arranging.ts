import type { Node } from '../graph/node.js';
import { sizeOf, sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { normalizeAxes, normalizeAxis } from '../shapes/axes.js';
import { broadcastShapes } from '../shapes/broadcast.js';
import { forEachOffset, stridesOf } from '../shapes/strides.js';
import { sumToShape } from './binary.js';
import { broadcastTo } from './evaluate-broadcast.js';
import type { GradientRequest, InputCount, Operator } from '../graph/operator.js';

/** The gradient of every operator that keeps the entries and their order: the cotangent in the input's shape. */
const reshapeBack = ({ graph, node, cotangent }: GradientRequest): readonly Value[] => [
  graph.reshape(cotangent, node.input(0).shape),
];

function reshapedShape(node: Node): readonly number[] {
  const { shape } = node.input(0);
  const wanted = [...node.knownNumbers(1)];
  if (node.int('allowzero') === 0) {
    wanted.forEach((length, axis) => {
      if (length === 0) wanted[axis] = shape[axis] ?? 0;
    });
  }
  const unknown = wanted.indexOf(-1);
  if (unknown >= 0) {
    wanted[unknown] = 1;
    const rest = sizeOf(wanted);
    wanted[unknown] = rest === 0 ? 0 : sizeOf(shape) / rest;
  }
  if (
    sizeOf(wanted) !== sizeOf(shape) ||
    !wanted.every((length) => Number.isInteger(length) && length >= 0)
  ) {
    throw node.error(`shape [${shape.join(', ')}] cannot become [${node.knownNumbers(1).join(', ')}]`);
  }
  return wanted;
}

function squeezedShape(node: Node): readonly number[] {
  const { shape } = node.input(0);
  const listed = node.optionalNumbers(1);
  const axes =
    listed === undefined
      ? shape.flatMap((length, axis) => (length === 1 ? [axis] : []))
      : normalizeAxes(node, listed, shape.length, true);
  for (const axis of axes) {
    if (shape[axis] !== 1) throw node.error(`axis ${axis} of [${shape.join(', ')}] is not of length 1`);
  }
  return shape.filter((_, axis) => !axes.includes(axis));
}

function unsqueezedShape(node: Node): readonly number[] {
  const { shape } = node.input(0);
  const listed = node.knownNumbers(1);
  const rank = shape.length + listed.length;
  const axes = normalizeAxes(node, listed, rank, true);
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.shift()!));
}

function flattenedShape(node: Node): readonly number[] {
  const { shape } = node.input(0);
  const axis = node.int('axis') < 0 ? node.int('axis') + shape.length : node.int('axis');
  return [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))];
}

function permutationOf(node: Node): readonly number[] {
  return node.ints('perm') ?? Array.from(node.input(0).shape, (_, axis) => axis).reverse();
}

/** An operator that is a Reshape to a shape known in advance. */
function reshaping(
  name: string,
  inputs: InputCount,
  attributes: Operator['attributes'],
  shapeOf: (node: Node) => readonly number[],
): Operator {
  return {
    name,
    inputs,
    entries: 'kept',
    attributes: attributes ?? {},
    infer: (node) => [{ dataType: node.input(0).dataType, shape: shapeOf(node) }],
    rewrite: (graph, node) => [graph.reshape(node.input(0), shapeOf(node))],
  };
}

export const arrangingOperators: readonly Operator[] = [
  {
    name: 'Reshape',
    inputs: [2, 2],
    entries: 'kept',
    buffers: { aliases: true },
    attributes: { allowzero: ['int', 0] },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: reshapedShape(node) }],
    rewrite: (graph, node) => {
      const x = node.input(0);
      const shape = reshapedShape(node);
      if (sameShape(x.shape, shape)) return [x];
      // Written out already.
      if (node.int('allowzero') === 1 && sameShape(node.knownNumbers(1), shape)) return undefined;
      // A shape with inferred or copied lengths is written out, so that equal reshapes are shared.
      return sameShape(node.knownNumbers(1), shape) && (node.int('allowzero') === 1 || !shape.includes(0))
        ? undefined
        : [graph.only('Reshape', [x, graph.integers(shape)], { allowzero: 1 })];
    },
    // Only the last of several reshapes matters.
    lookThrough: (graph, node) => {
      const before = node.input(0).producer;
      return before?.operator.name === 'Reshape'
        ? [graph.reshape(before.input(0), reshapedShape(node))]
        : undefined;
    },
    evaluate: (node, [x]) => [{ shape: reshapedShape(node), data: x!.data }],
    gradient: reshapeBack,
  },
  reshaping('Flatten', [1, 1], { axis: ['int', 1] }, flattenedShape),
  reshaping('Squeeze', [1, 2], {}, squeezedShape),
  reshaping('Unsqueeze', [2, 2], {}, unsqueezedShape),
  {
    name: 'Transpose',
    inputs: [1, 1],
    entries: 'kept',
    attributes: { perm: ['ints'] },
    infer: (node) => {
      const x = node.input(0);
      const permutation = permutationOf(node);
      if (
        !sameShape(
          [...permutation].sort((a, b) => a - b),
          x.shape.map((_, axis) => axis),
        )
      ) {
        throw node.error(
          `perm [${permutation.join(', ')}] is no permutation of the axes of [${x.shape.join(', ')}]`,
        );
      }
      return [{ dataType: x.dataType, shape: permutation.map((axis) => x.shape[axis]!) }];
    },
    rewrite: (graph, node) => {
      const x = node.input(0);
      const permutation = permutationOf(node);
      // When the axes of length above 1 keep their order, so do the entries.
      const moving = permutation.filter((axis) => x.shape[axis] !== 1);
      if (moving.every((axis, place) => place === 0 || axis > moving[place - 1]!)) {
        return [
          graph.reshape(
            x,
            permutation.map((axis) => x.shape[axis]!),
          ),
        ];
      }
      return undefined;
    },
    // Two permutations one after the other are one.
    lookThrough: (graph, node) => {
      const before = node.input(0).producer;
      if (before?.operator.name !== 'Transpose') return undefined;
      const first = permutationOf(before);
      return [
        graph.transpose(
          before.input(0),
          permutationOf(node).map((axis) => first[axis]!),
        ),
      ];
    },
    evaluate: (node, [x]) => {
      const permutation = permutationOf(node);
      const strides = stridesOf(x!.shape);
      const shape = permutation.map((axis) => x!.shape[axis]!);
      const data = new Float64Array(x!.data.length);
      forEachOffset(
        shape,
        permutation.map((axis) => strides[axis]!),
        (entry, offset) => {
          data[entry] = x!.data[offset]!;
        },
      );
      return [{ shape, data }];
    },
    gradient: ({ graph, node, cotangent }) => {
      const permutation = permutationOf(node);
      return [
        graph.transpose(
          cotangent,
          permutation.map((_, axis) => permutation.indexOf(axis)),
        ),
      ];
    },
  },
  {
    name: 'Expand',
    inputs: [2, 2],
    entries: 'kept',
    infer: (node) => {
      const x = node.input(0);
      const shape = broadcastShapes(x.shape, node.knownNumbers(1));
      if (shape === undefined) {
        throw node.error(
          `[${x.shape.join(', ')}] does not broadcast to [${node.knownNumbers(1).join(', ')}]`,
        );
      }
      return [{ dataType: x.dataType, shape }];
    },
    rewrite: (graph, node) => {
      const x = node.input(0);
      const shape = broadcastShapes(x.shape, node.knownNumbers(1))!;
      if (sameShape(x.shape, shape)) return [x];
      if (sameShape(node.knownNumbers(1), shape)) return undefined;
      return [graph.expand(x, shape)];
    },
    evaluate: (node, [x]) => [broadcastTo(x!, broadcastShapes(x!.shape, node.knownNumbers(1))!)],
    gradient: ({ graph, node, cotangent }) => [sumToShape(graph, cotangent, node.input(0).shape)],
  },
  {
    name: 'Tile',
    inputs: [2, 2],
    entries: 'kept',
    infer: (node) => {
      const repeats = node.knownNumbers(1);
      const { dataType, shape } = node.input(0);
      if (repeats.length !== shape.length)
        throw node.error(`repeats has ${repeats.length} entries for a tensor of rank ${shape.length}`);
      return [{ dataType, shape: shape.map((length, axis) => length * repeats[axis]!) }];
    },
    // Repeating is broadcasting along a new axis before each axis.
    rewrite: (graph, node) => {
      const repeats = node.knownNumbers(1);
      const { shape } = node.input(0);
      const apart = graph.reshape(
        node.input(0),
        shape.flatMap((length) => [1, length]),
      );
      const repeated = graph.expand(
        apart,
        shape.flatMap((length, axis) => [repeats[axis]!, length]),
      );
      return [
        graph.reshape(
          repeated,
          shape.map((length, axis) => length * repeats[axis]!),
        ),
      ];
    },
  },
  {
    name: 'DepthToSpace',
    inputs: [1, 1],
    entries: 'moved',
    attributes: { blocksize: ['int'], mode: ['string', 'DCR'] },
    infer: (node) => {
      const block = node.int('blocksize');
      const [batch, channels, height, width] = imageShape(node);
      if (channels % (block * block) !== 0)
        throw node.error(`${channels} channels do not divide into blocks of ${block} × ${block}`);
      return [
        {
          dataType: node.input(0).dataType,
          shape: [batch, channels / (block * block), height * block, width * block],
        },
      ];
    },
    rewrite: (graph, node) => {
      const block = node.int('blocksize');
      const [batch, channels, height, width] = imageShape(node);
      const depth = channels / (block * block);
      const [apart, order] =
        node.text('mode') === 'CRD'
          ? [
              [batch, depth, block, block, height, width],
              [0, 1, 4, 2, 5, 3],
            ]
          : [
              [batch, block, block, depth, height, width],
              [0, 3, 4, 1, 5, 2],
            ];
      const moved = graph.transpose(graph.reshape(node.input(0), apart), order);
      return [graph.reshape(moved, [batch, depth, height * block, width * block])];
    },
  },
  {
    name: 'SpaceToDepth',
    inputs: [1, 1],
    entries: 'moved',
    attributes: { blocksize: ['int'], mode: ['string', 'DCR'] },
    infer: (node) => {
      const block = node.int('blocksize');
      const [batch, channels, height, width] = imageShape(node);
      if (height % block !== 0 || width % block !== 0)
        throw node.error(
          `an image of ${height} × ${width} does not divide into blocks of ${block} × ${block}`,
        );
      return [
        {
          dataType: node.input(0).dataType,
          shape: [batch, channels * block * block, height / block, width / block],
        },
      ];
    },
    rewrite: (graph, node) => {
      const block = node.int('blocksize');
      const [batch, channels, height, width] = imageShape(node);
      const apart = graph.reshape(node.input(0), [
        batch,
        channels,
        height / block,
        block,
        width / block,
        block,
      ]);
      const order = node.text('mode') === 'CRD' ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4];
      const moved = graph.transpose(apart, order);
      return [graph.reshape(moved, [batch, channels * block * block, height / block, width / block])];
    },
  },
  {
    name: 'Trilu',
    inputs: [1, 2],
    attributes: { upper: ['int', 1] },
    infer: (node) => [node.input(0).type],
    rewrite: (graph, node) => {
      const x = node.input(0);
      const [rows, columns] = x.shape.slice(-2) as [number, number];
      const diagonal = node.optionalNumbers(1)?.[0] ?? 0;
      const mask = Array.from({ length: node.matrixSize(rows * columns) }, (_, entry) => {
        const distance = (entry % columns) - Math.floor(entry / columns);
        return (node.int('upper') === 1 ? distance >= diagonal : distance <= diagonal) ? 1 : 0;
      });
      return [graph.where(graph.constant(mask, [rows, columns], 'bool'), x, 0)];
    },
  },
  {
    name: 'Concat',
    inputs: [1, Infinity],
    attributes: { axis: ['int'] },
    infer: (node) => {
      const inputs = node.inputs.map((_, position) => node.input(position));
      const first = node.input(0);
      const axis = normalizeAxis(node, node.int('axis'), first.rank);
      for (const input of inputs) {
        if (
          input.rank !== first.rank ||
          input.dataType !== first.dataType ||
          input.shape.some((length, place) => place !== axis && length !== first.shape[place])
        ) {
          throw node.error(
            `inputs ${inputs.map((each) => `${each.dataType}[${each.shape.join(', ')}]`).join(' and ')} do not fit along axis ${axis}`,
          );
        }
      }
      const total = inputs.reduce((sum, input) => sum + input.shape[axis]!, 0);
      return [
        {
          dataType: first.dataType,
          shape: first.shape.map((length, place) => (place === axis ? total : length)),
        },
      ];
    },
    rewrite: (_, node) => (node.inputs.length === 1 ? [node.input(0)] : undefined),
    evaluate: (node, inputs) => {
      const first = inputs[0]!;
      const axis = normalizeAxis(node, node.int('axis'), first.shape.length);
      const outer = sizeOf(first.shape.slice(0, axis));
      const runs = inputs.map((input) => sizeOf(input!.shape.slice(axis)));
      const row = runs.reduce((sum, run) => sum + run, 0);
      const data = new Float64Array(outer * row);
      let start = 0;
      inputs.forEach((input, place) => {
        const run = runs[place]!;
        for (let index = 0; index < outer; index++) {
          data.set(input!.data.subarray(index * run, (index + 1) * run), index * row + start);
        }
        start += run;
      });
      const total = inputs.reduce((sum, input) => sum + input!.shape[axis]!, 0);
      return [{ shape: first.shape.map((length, place) => (place === axis ? total : length)), data }];
    },
    gradient: ({ graph, node, cotangent }) => {
      const axis = normalizeAxis(node, node.int('axis'), node.output().rank);
      return graph.split(
        cotangent,
        node.inputs.map((_, position) => node.input(position).shape[axis]!),
        axis,
      );
    },
  },
  {
    name: 'Split',
    inputs: [1, 2],
    attributes: { axis: ['int', 0], num_outputs: ['int'] },
    infer: (node) => {
      const { dataType, shape } = node.input(0);
      const { axis, lengths } = splitOf(node);
      if (lengths.reduce((sum, length) => sum + length, 0) !== shape[axis]) {
        throw node.error(
          `parts [${lengths.join(', ')}] do not add up to axis ${axis} of [${shape.join(', ')}]`,
        );
      }
      return lengths.map((length) => ({
        dataType,
        shape: shape.map((whole, place) => (place === axis ? length : whole)),
      }));
    },
    evaluate: (node, [x]) => {
      const { axis, lengths } = splitOf(node);
      const outer = sizeOf(x!.shape.slice(0, axis));
      const inner = sizeOf(x!.shape.slice(axis + 1));
      const row = x!.shape[axis]! * inner;
      let start = 0;
      return lengths.map((length) => {
        const run = length * inner;
        const data = new Float64Array(outer * run);
        for (let index = 0; index < outer; index++) {
          const from = index * row + start;
          data.set(x!.data.subarray(from, from + run), index * run);
        }
        start += run;
        return { shape: x!.shape.map((whole, place) => (place === axis ? length : whole)), data };
      });
    },
    gradient: ({ graph, node, cotangents }) => {
      const { axis } = splitOf(node);
      const parts = node.outputs.map(
        (output, position) => cotangents[position] ?? graph.fill(0, output.shape, output.dataType),
      );
      return [graph.concat(parts, axis)];
    },
  },
];

function splitOf(node: Node): { axis: number; lengths: readonly number[] } {
  const { shape } = node.input(0);
  const axis = normalizeAxis(node, node.int('axis'), shape.length);
  const listed = node.optionalNumbers(1);
  if (listed !== undefined) {
    node.listLength(listed.length, 1 << 16);
    return { axis, lengths: listed };
  }
  const count = node.listLength(node.int('num_outputs'), 1 << 16);
  if (count < 1) throw node.error(`num_outputs is ${count}, expected a positive number`);
  const length = Math.ceil(shape[axis]! / count);
  return {
    axis,
    lengths: Array.from({ length: count }, (_, part) => Math.min(length, shape[axis]! - part * length)),
  };
}

function imageShape(node: Node): [number, number, number, number] {
  const { shape } = node.input(0);
  if (shape.length !== 4)
    throw node.error(`input has shape [${shape.join(', ')}], expected [batch, channels, height, width]`);
  return [...shape] as [number, number, number, number];
}
