import type { Node } from '../ir/node.js';
import { sizeOf } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';
import type { GraphBuilder } from '../builder/graph-builder.js';
import type { Numbers, Operator } from './operator.js';

/** One resized axis: its number, and for every output place the input places and weights it is made of. */
interface ResizedAxis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  /** Row-major [to, from]. */
  readonly matrix: Float64Array;
}

/** The output length of every axis and the scale by which coordinates are mapped. */
function targetOf(node: Node): { lengths: readonly number[]; scales: readonly number[] } {
  const { shape } = node.input(0);
  const listed = (node.attributes['axes'] as readonly number[] | undefined)?.map((axis) =>
    axis < 0 ? axis + shape.length : axis,
  );
  const axes = listed ?? shape.map((_, axis) => axis);
  const lengths = [...shape];
  const scales = shape.map(() => 1);
  const sizes = node.hasInput(3) ? node.knownNumbers(3) : [];
  const factors = node.hasInput(2) ? node.knownNumbers(2) : [];
  if ((sizes.length === 0) === (factors.length === 0)) throw node.error('expects either scales or sizes');
  if (node.text('keep_aspect_ratio_policy') !== 'stretch') {
    throw node.error(
      `keep_aspect_ratio_policy '${node.text('keep_aspect_ratio_policy')}' is not supported, expected stretch`,
    );
  }
  axes.forEach((axis, place) => {
    if (sizes.length > 0) {
      lengths[axis] = sizes[place]!;
      scales[axis] = sizes[place]! / shape[axis]!;
    } else {
      lengths[axis] = Math.floor(shape[axis]! * factors[place]!);
      scales[axis] = factors[place]!;
    }
  });
  return { lengths, scales };
}

function sourceCoordinate(node: Node, place: number, from: number, to: number, scale: number): number {
  const mode = node.text('coordinate_transformation_mode');
  switch (mode) {
    case 'half_pixel':
      return (place + 0.5) / scale - 0.5;
    case 'pytorch_half_pixel':
      return to > 1 ? (place + 0.5) / scale - 0.5 : 0;
    case 'half_pixel_symmetric': {
      const adjustment = to / (scale * from);
      return (from / 2) * (1 - adjustment) + (place + 0.5) / scale - 0.5;
    }
    case 'asymmetric':
      return place / scale;
    case 'align_corners':
      return to === 1 ? 0 : (place * (from - 1)) / (to - 1);
    default:
      throw node.error(`coordinate_transformation_mode '${mode}' is not supported`);
  }
}

function nearest(node: Node, coordinate: number): number {
  const mode = node.text('nearest_mode');
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(coordinate - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(coordinate + 0.5);
    case 'floor':
      return Math.floor(coordinate);
    case 'ceil':
      return Math.ceil(coordinate);
    default:
      throw node.error(`nearest_mode '${mode}' is not supported`);
  }
}

/** The weights of the four neighbours in cubic convolution, for a fraction between the second and the third. */
function cubicWeights(fraction: number, a: number): number[] {
  const near = (t: number): number => ((a + 2) * t - (a + 3)) * t * t + 1;
  const far = (t: number): number => ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  return [far(1 + fraction), near(fraction), near(1 - fraction), far(2 - fraction)];
}

/** The axes that change, each with the matrix that resizes it. */
function resizedAxes(node: Node): readonly ResizedAxis[] {
  const { shape } = node.input(0);
  const { lengths, scales } = targetOf(node);
  const mode = node.text('mode');
  if (node.int('antialias') !== 0) throw node.error('antialias is not supported');
  return shape.flatMap((from, axis) => {
    const to = lengths[axis]!;
    if (from === to && scales[axis] === 1) return [];
    const matrix = new Float64Array(to * from);
    for (let place = 0; place < to; place++) {
      const coordinate = sourceCoordinate(node, place, from, to, scales[axis]!);
      const put = (source: number, weight: number): void => {
        matrix[place * from + Math.min(Math.max(source, 0), from - 1)]! += weight;
      };
      if (mode === 'nearest') {
        put(nearest(node, coordinate), 1);
      } else if (mode === 'linear') {
        const clamped = Math.min(Math.max(coordinate, 0), from - 1);
        const lower = Math.floor(clamped);
        put(lower, 1 - (clamped - lower));
        put(lower + 1, clamped - lower);
      } else if (mode === 'cubic') {
        const lower = Math.floor(coordinate);
        const weights = cubicWeights(coordinate - lower, node.float('cubic_coeff_a'));
        const inside = weights.map((_, tap) => lower - 1 + tap >= 0 && lower - 1 + tap < from);
        const exclude = node.int('exclude_outside') === 1;
        const sum = exclude
          ? weights.reduce((total, weight, tap) => total + (inside[tap] ? weight : 0), 0)
          : 1;
        weights.forEach((weight, tap) => {
          if (!exclude || inside[tap]) put(lower - 1 + tap, weight / sum);
        });
      } else {
        throw node.error(`mode '${mode}' is not supported, expected nearest, linear or cubic`);
      }
    }
    return [{ axis, from, to, matrix }];
  });
}

/** Multiplies one axis by a matrix [to, from]. */
function applyMatrix(x: Numbers, { axis, from, to, matrix }: ResizedAxis): Numbers {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const outer = sizeOf(x.shape.slice(0, axis));
  const shape = x.shape.map((length, place) => (place === axis ? to : length));
  const data = new Float64Array(outer * to * inner);
  for (let block = 0; block < outer; block++) {
    for (let row = 0; row < to; row++) {
      for (let column = 0; column < from; column++) {
        const weight = matrix[row * from + column]!;
        if (weight === 0) continue;
        for (let offset = 0; offset < inner; offset++) {
          data[(block * to + row) * inner + offset]! +=
            weight * x.data[(block * from + column) * inner + offset]!;
        }
      }
    }
  }
  return { shape, data };
}

/** The transposed matrix applied to one axis of a value in the graph. */
function applyTransposed(graph: GraphBuilder, x: Value, { axis, from, to, matrix }: ResizedAxis): Value {
  const { shape } = x;
  const inner = sizeOf(shape.slice(axis + 1));
  const result = shape.map((length, place) => (place === axis ? from : length));
  if (inner === 1) {
    const rows = graph.reshape(x, [sizeOf(shape) / to, to]);
    return graph.reshape(graph.matmul(rows, graph.constant(matrix, [to, from], x.dataType)), result);
  }
  const transposed = new Float64Array(from * to);
  for (let row = 0; row < to; row++) {
    for (let column = 0; column < from; column++)
      transposed[column * to + row] = matrix[row * from + column]!;
  }
  const planes = graph.reshape(x, [sizeOf(shape) / (to * inner), to, inner]);
  return graph.reshape(graph.matmul(graph.constant(transposed, [from, to], x.dataType), planes), result);
}

export const resizingOperators: readonly Operator[] = [
  {
    name: 'Resize',
    attributes: {
      antialias: ['int', 0],
      axes: ['ints'],
      coordinate_transformation_mode: ['string', 'half_pixel'],
      cubic_coeff_a: ['float', -0.75],
      exclude_outside: ['int', 0],
      extrapolation_value: ['float', 0],
      keep_aspect_ratio_policy: ['string', 'stretch'],
      mode: ['string', 'nearest'],
      nearest_mode: ['string', 'round_prefer_floor'],
    },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: targetOf(node).lengths }],
    evaluate: (node, [x]) => [
      resizedAxes(node).reduce<Numbers>((result, axis) => applyMatrix(result, axis), x!),
    ],
    // Resizing multiplies each axis by a matrix; so does its gradient, transposed.
    gradient: ({ graph, node, cotangent }) => [
      resizedAxes(node).reduceRight((result, axis) => applyTransposed(graph, result, axis), cotangent),
    ],
  },
];
