import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { GraphWriter } from '../graph/graph-writer.js';
import { normalizeAxis } from '../shapes/axes.js';
import { stridesOf } from '../shapes/strides.js';
import type { Numbers, Operator } from '../graph/operator.js';

/** One resized axis: its number, and for every output place the input places and weights it is made of. */
interface ResizedAxis {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  /** Row-major [to, from]. */
  readonly matrix: Float64Array;
  /** Which output places lie inside of the input; others get the extrapolation value. */
  readonly inside: readonly boolean[];
}

/** The output length of every axis and the scale by which coordinates are mapped. */
function targetOf(node: Node): {
  lengths: readonly number[];
  scales: readonly number[];
  /** The part of each axis that tf_crop_and_resize takes, from 0 to 1. */
  parts: readonly (readonly [start: number, end: number])[];
} {
  const { shape } = node.input(0);
  const listed = node.ints('axes')?.map((axis) => normalizeAxis(node, axis, shape.length));
  const axes = listed ?? shape.map((_, axis) => axis);
  const lengths = [...shape];
  const scales = shape.map(() => 1);
  const sizes = node.hasInput(3) ? node.knownNumbers(3) : [];
  const factors = node.hasInput(2) ? node.knownNumbers(2) : [];
  if ((sizes.length === 0) === (factors.length === 0)) throw node.error('expects either scales or sizes');
  const policy = node.text('keep_aspect_ratio_policy');
  if (!['stretch', 'not_larger', 'not_smaller'].includes(policy)) {
    throw node.error(
      `keep_aspect_ratio_policy '${policy}' is not supported, expected stretch, not_larger or not_smaller`,
    );
  }
  const ratios = sizes.map((size, place) => size / shape[axes[place]!]!);
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  axes.forEach((axis, place) => {
    if (sizes.length > 0 && policy !== 'stretch') {
      lengths[axis] = Math.floor(ratio * shape[axis]! + 0.5);
      scales[axis] = ratio;
    } else if (sizes.length > 0) {
      lengths[axis] = sizes[place]!;
      scales[axis] = sizes[place]! / shape[axis]!;
    } else {
      lengths[axis] = Math.floor(shape[axis]! * factors[place]!);
      scales[axis] = factors[place]!;
    }
  });
  const parts = shape.map((): readonly [number, number] => [0, 1]);
  if (crops(node)) {
    const bounds = node.knownNumbers(1);
    if (bounds.length !== 2 * axes.length) {
      throw node.error(`roi has ${bounds.length} entries, expected ${2 * axes.length}`);
    }
    axes.forEach((axis, place) => (parts[axis] = [bounds[place]!, bounds[place + axes.length]!]));
  }
  return { lengths, scales, parts };
}

const crops = (node: Node): boolean => node.text('coordinate_transformation_mode') === 'tf_crop_and_resize';

function sourceCoordinate(
  node: Node,
  place: number,
  from: number,
  to: number,
  scale: number,
  [start, end]: readonly [number, number],
): number {
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
    case 'tf_crop_and_resize':
      return to === 1
        ? 0.5 * (start + end) * (from - 1)
        : start * (from - 1) + (place * (end - start) * (from - 1)) / (to - 1);
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

/** Cubic convolution: the weight of a neighbour at a distance. */
function cubicWeight(distance: number, a: number): number {
  const t = Math.abs(distance);
  if (t >= 2) return 0;
  return t <= 1 ? ((a + 2) * t - (a + 3)) * t * t + 1 : ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
}

/** The input places from which an output place is interpolated, with their weights. */
function tapsOf(
  node: Node,
  coordinate: number,
  from: number,
  scale: number,
): [place: number, weight: number][] {
  const mode = node.text('mode');
  if (mode === 'nearest') return [[nearest(node, coordinate), 1]];
  if (mode !== 'linear' && mode !== 'cubic') {
    throw node.error(`mode '${mode}' is not supported, expected nearest, linear or cubic`);
  }
  // Without antialiasing, the kernel is as wide as the input's pixels; with it, at least as the output's.
  const narrowing = node.int('antialias') === 1 ? Math.min(scale, 1) : 1;
  const reach = (mode === 'linear' ? 1 : 2) / narrowing;
  const taps: [number, number][] = [];
  for (let place = Math.floor(coordinate - reach) + 1; place < coordinate + reach; place++) {
    const distance = (place - coordinate) * narrowing;
    const weight =
      mode === 'linear' ? 1 - Math.abs(distance) : cubicWeight(distance, node.float('cubic_coeff_a'));
    taps.push([place, weight]);
  }
  const excludes = node.int('exclude_outside') === 1;
  const kept = excludes ? taps.filter(([place]) => place >= 0 && place < from) : taps;
  const sum = kept.reduce((total, [, weight]) => total + weight, 0);
  return kept.map(([place, weight]) => [place, weight / sum]);
}

/** The axes that change, each with the matrix that resizes it. */
function resizedAxes(node: Node): readonly ResizedAxis[] {
  const { shape } = node.input(0);
  const { lengths, scales, parts } = targetOf(node);
  return shape.flatMap((from, axis) => {
    const to = lengths[axis]!;
    if (from === to && scales[axis] === 1 && parts[axis]![0] === 0 && parts[axis]![1] === 1) return [];
    const matrix = new Float64Array(node.matrixSize(to * from));
    const inside = Array.from({ length: to }, (_, place) => {
      const coordinate = sourceCoordinate(node, place, from, to, scales[axis]!, parts[axis]!);
      if (crops(node) && (coordinate < 0 || coordinate > from - 1)) return false;
      for (const [source, weight] of tapsOf(node, coordinate, from, scales[axis]!)) {
        matrix[place * from + Math.min(Math.max(source, 0), from - 1)]! += weight;
      }
      return true;
    });
    return [{ axis, from, to, matrix, inside }];
  });
}

/** Writes the extrapolation value where any axis reads outside of the input. */
function extrapolate(node: Node, y: Numbers, axes: readonly ResizedAxis[]): Numbers {
  if (!crops(node)) return y;
  const strides = stridesOf(y.shape);
  const data = y.data.map((entry, place) =>
    axes.every(({ axis, to, inside }) => inside[Math.floor(place / strides[axis]!) % to])
      ? entry
      : node.float('extrapolation_value'),
  );
  return { shape: y.shape, data };
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
function applyTransposed(graph: GraphWriter, x: Value, { axis, from, to, matrix }: ResizedAxis): Value {
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

/** What Resize computes, as a product with one matrix for each axis. */
export function resizeByMatrices(graph: GraphWriter, node: Node, x: Value): Value {
  return resizedAxes(node).reduce((result, { axis, from, to, matrix, inside }) => {
    const transposed = new Float64Array(from * to);
    for (let row = 0; row < to; row++) {
      for (let column = 0; column < from; column++) {
        transposed[column * to + row] = matrix[row * from + column]!;
      }
    }
    return applyTransposed(graph, result, { axis, from: to, to: from, matrix: transposed, inside });
  }, x);
}

export const resizingOperators: readonly Operator[] = [
  {
    name: 'Resize',
    inputs: [1, 4],
    entries: 'moved',
    roles: [undefined, 'setting', 'setting', 'setting'],
    readsMany: true,
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
    // ONNX Runtime takes axes that count from the end for others, with keep_aspect_ratio_policy.
    rewrite: (graph, node) => {
      const axes = node.ints('axes');
      if (axes === undefined || axes.every((axis) => axis >= 0)) return undefined;
      const positive = axes.map((axis) => normalizeAxis(node, axis, node.input(0).rank));
      return graph.apply('Resize', node.inputs, { ...node.attributes, axes: positive }, { name: node.name });
    },
    evaluate: (node, [x]) => {
      const axes = resizedAxes(node);
      const y = axes.reduce<Numbers>((result, axis) => applyMatrix(result, axis), x!);
      return [extrapolate(node, y, axes)];
    },
    // Resizing multiplies each axis by a matrix; so does its gradient, transposed.
    gradient: ({ graph, node, cotangent }) => [
      resizedAxes(node).reduceRight((result, axis) => applyTransposed(graph, result, axis), cotangent),
    ],
  },
];
