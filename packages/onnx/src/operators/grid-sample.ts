import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { stridesOf } from '../shapes/strides.js';
import type { Operator } from '../graph/operator.js';
import { positions } from './window.js';

/** One of the places along an axis that a sample is interpolated from: where it is, and its weight. */
interface Tap {
  readonly place: Value;
  /** `undefined` stands for 1. */
  readonly weight: Value | undefined;
}

const modes = ['bilinear', 'nearest', 'bicubic'];
const paddings = ['zeros', 'border', 'reflection'];

const floor = (graph: GraphWriter, x: Value): Value => graph.only('Floor', [x]);

const clip = (graph: GraphWriter, x: Value, low: number, high: number): Value =>
  graph.only('Clip', [x, graph.constant(low, [], x.dataType), graph.constant(high, [], x.dataType)]);

/** Folds coordinates back into [0, length − 1] at the borders, which lie in or half a pixel outside of the last pixel. */
function reflect(graph: GraphWriter, x: Value, length: number, alignCorners: boolean): Value {
  const low = alignCorners ? 0 : -0.5;
  const span = alignCorners ? length - 1 : length;
  if (span === 0) return graph.multiply(x, 0);
  const distance = graph.subtract(x, low);
  const period = graph.multiply(floor(graph, graph.divide(distance, 2 * span)), 2 * span);
  const folded = graph.subtract(span, graph.abs(graph.subtract(graph.subtract(distance, period), span)));
  return clip(graph, graph.add(folded, low), 0, length - 1);
}

function padCoordinate(graph: GraphWriter, node: Node, x: Value, length: number): Value {
  switch (node.text('padding_mode')) {
    case 'border':
      return clip(graph, x, 0, length - 1);
    case 'reflection':
      return reflect(graph, x, length, node.int('align_corners') === 1);
    default:
      return x;
  }
}

/** The weights of four neighbours in cubic convolution (a = −0.75), for the fraction between the second and the third. */
function cubicWeights(graph: GraphWriter, fraction: Value): Value[] {
  const a = -0.75;
  const near = (t: Value): Value =>
    graph.add(graph.multiply(graph.multiply(graph.subtract(graph.multiply(t, a + 2), a + 3), t), t), 1);
  const far = (t: Value): Value =>
    graph.subtract(
      graph.multiply(graph.add(graph.multiply(graph.subtract(graph.multiply(t, a), 5 * a), t), 8 * a), t),
      4 * a,
    );
  const rest = graph.subtract(1, fraction);
  return [far(graph.add(fraction, 1)), near(fraction), near(rest), far(graph.add(rest, 1))];
}

/** The taps of one axis for all samples. Cubic interpolation pads tap by tap, the others pad the coordinate. */
function tapsOf(graph: GraphWriter, node: Node, coordinate: Value, length: number): Tap[] {
  const mode = node.text('mode');
  if (mode === 'bicubic') {
    const lower = floor(graph, coordinate);
    return cubicWeights(graph, graph.subtract(coordinate, lower)).map((weight, tap) => ({
      place: padCoordinate(graph, node, graph.add(lower, tap - 1), length),
      weight,
    }));
  }
  const padded = padCoordinate(graph, node, coordinate, length);
  if (mode === 'nearest') return [{ place: graph.only('Round', [padded]), weight: undefined }];
  const lower = floor(graph, padded);
  const fraction = graph.subtract(padded, lower);
  return [
    { place: lower, weight: graph.subtract(1, fraction) },
    { place: graph.add(lower, 1), weight: fraction },
  ];
}

/** A tap as an index into the axis and a weight, which is 0 outside when padding is by zeros. */
function bound(graph: GraphWriter, node: Node, { place, weight }: Tap, length: number): Required<Tap> {
  const index = graph.cast(clip(graph, place, 0, length - 1), 'int64');
  if (node.text('padding_mode') !== 'zeros') return { place: index, weight };
  const inside = graph.cast(
    graph.only('And', [graph.greater(place, -0.5), graph.less(place, length - 0.5)]),
    place.dataType,
  );
  return { place: index, weight: weight === undefined ? inside : graph.multiply(weight, inside) };
}

/** The middles of `length` pixels from −1 to 1, or the corners of the range where corners are aligned. */
const evenPlaces = (length: number, alignCorners: boolean): number[] =>
  Array.from({ length }, (_, place) => {
    if (!alignCorners) return (2 * place + 1) / length - 1;
    return length === 1 ? -1 : (2 * place) / (length - 1) - 1;
  });

/** Lengths of the axes of an affine grid, without batch and channels. */
function gridLengths(node: Node): readonly number[] {
  const size = node.knownNumbers(1);
  const theta = node.input(0).shape;
  const axes = size.length - 2;
  if (theta.join() !== [size[0], axes, axes + 1].join()) {
    throw node.error(`theta [${theta.join(', ')}] does not fit the size [${size.join(', ')}]`);
  }
  return size.slice(2);
}

/** Samples an image (or volume) at the places of a grid, whose coordinates run from −1 to 1, the last axis first. */
export const gridSampleOperators: readonly Operator[] = [
  {
    // θ applied to every place of an even grid, whose coordinates are those of the last axis first, and 1.
    name: 'AffineGrid',
    inputs: [2, 2],
    attributes: { align_corners: ['int', 0] },
    infer: (node) => {
      const lengths = gridLengths(node);
      const { dataType, shape } = node.input(0);
      return [{ dataType, shape: [shape[0]!, ...lengths, lengths.length] }];
    },
    rewrite: (graph, node) => {
      const lengths = gridLengths(node);
      const theta = node.input(0);
      const places = lengths.map((length) => evenPlaces(length, node.int('align_corners') === 1));
      const homogeneous = [...positions(lengths)].flatMap((position) => [
        ...position.map((place, axis) => places[axis]![place]!).reverse(),
        1,
      ]);
      const even = graph.constant(homogeneous, [1, sizeOf(lengths), lengths.length + 1], theta.dataType);
      const moved = graph.matmul(even, graph.transpose(theta, [0, 2, 1]));
      return [graph.reshape(moved, [theta.shape[0]!, ...lengths, lengths.length])];
    },
  },
  {
    name: 'GridSample',
    inputs: [2, 2],
    readsMany: true,
    attributes: {
      align_corners: ['int', 0],
      mode: ['string', 'bilinear'],
      padding_mode: ['string', 'zeros'],
    },
    infer: (node) => {
      const [x, grid] = [node.input(0), node.input(1)];
      const axes = x.rank - 2;
      if (axes < 1 || grid.rank !== x.rank || grid.shape.at(-1) !== axes || grid.shape[0] !== x.shape[0]) {
        throw node.error(`grid [${grid.shape.join(', ')}] does not fit input [${x.shape.join(', ')}]`);
      }
      if (!modes.includes(node.text('mode')) || (node.text('mode') === 'bicubic' && axes !== 2)) {
        throw node.error(
          `mode '${node.text('mode')}' is not supported on ${axes} axes, expected ${modes.join(', ')} (bicubic on 2)`,
        );
      }
      if (!paddings.includes(node.text('padding_mode'))) {
        throw node.error(
          `padding_mode '${node.text('padding_mode')}' is not supported, expected ${paddings.join(', ')}`,
        );
      }
      return [{ dataType: x.dataType, shape: [...x.shape.slice(0, 2), ...grid.shape.slice(1, -1)] }];
    },
    // Every combination of taps is one GatherElements on the flattened image, times the product of its weights.
    rewrite: (graph, node) => {
      const x = node.input(0);
      // Its type may be another one than the image's.
      const grid = graph.cast(node.input(1), x.dataType);
      const [batch, channels, ...lengths] = x.shape as [number, number, ...number[]];
      const samples = sizeOf(grid.shape.slice(1, -1));
      const strides = stridesOf(lengths);
      const coordinates = graph.split(
        graph.reshape(grid, [batch, 1, samples, lengths.length]),
        lengths.map(() => 1),
        3,
      );
      const tapsByAxis = lengths.map((length, axis) => {
        const relative = graph.reshape(coordinates[lengths.length - 1 - axis]!, [batch, 1, samples]);
        const coordinate =
          node.int('align_corners') === 1
            ? graph.multiply(graph.add(relative, 1), (length - 1) / 2)
            : graph.subtract(graph.multiply(graph.add(relative, 1), length / 2), 0.5);
        return tapsOf(graph, node, coordinate, length).map((tap) => bound(graph, node, tap, length));
      });
      const pixels = graph.reshape(x, [batch, channels, sizeOf(lengths)]);
      const combined = tapsByAxis.reduce<Required<Tap>[]>(
        (sofar, taps, axis) =>
          sofar.flatMap((outer) =>
            taps.map(({ place, weight }) => ({
              place: graph.add(outer.place, graph.multiply(place, strides[axis]!)),
              weight:
                outer.weight === undefined || weight === undefined
                  ? (outer.weight ?? weight)
                  : graph.multiply(outer.weight, weight),
            })),
          ),
        [{ place: graph.constant(0, [], 'int64'), weight: undefined }],
      );
      const terms = combined.map(({ place, weight }) => {
        const gathered = graph.only(
          'GatherElements',
          [pixels, graph.expand(place, [batch, channels, samples])],
          { axis: 2 },
        );
        return weight === undefined ? gathered : graph.multiply(gathered, weight);
      });
      return [
        graph.reshape(
          terms.reduce((sum, term) => graph.add(sum, term)),
          [batch, channels, ...grid.shape.slice(1, -1)],
        ),
      ];
    },
  },
];
