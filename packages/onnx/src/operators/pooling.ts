import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { GraphWriter } from '../graph/graph-writer.js';
import type { Numbers, Operator } from '../graph/operator.js';
import { powerNorm } from './power-norm.js';
import { flatten, inputPosition, positions, windowAttributes, windowOf, type Window } from './window.js';

const poolAttributes = {
  auto_pad: ['string', 'NOTSET'],
  ceil_mode: ['int', 0],
  dilations: ['ints'],
  kernel_shape: ['ints'],
  pads: ['ints'],
  strides: ['ints'],
} as const;

const spatialOf = (node: Node): readonly number[] => node.input(0).shape.slice(2);

const poolWindow = (node: Node): Window => windowOf(node, spatialOf(node), node.ints('kernel_shape') ?? []);

const pooledShape = (node: Node): readonly number[] => [
  ...node.input(0).shape.slice(0, 2),
  ...poolWindow(node).outputs,
];

/** Calls `visit` for every window of every plane, with the places in the plane that it covers. */
function forEachWindow(
  x: Numbers,
  window: Window,
  visit: (plane: number, output: number, covered: readonly number[]) => void,
): void {
  const spatial = x.shape.slice(2);
  const taps = [...positions(window.kernel)];
  for (const output of positions(window.outputs)) {
    const covered = taps.flatMap((tap) => {
      const position = inputPosition(window, spatial, output, tap);
      return position === undefined ? [] : [flatten(position, spatial)];
    });
    for (let plane = 0; plane < x.shape[0]! * x.shape[1]!; plane++) {
      visit(plane, flatten(output, window.outputs), covered);
    }
  }
}

/** The whole-tensor place of each maximum. Ties go to the first place of the window, as in PyTorch. */
function maximumPlaces(x: Numbers, window: Window): Float64Array {
  const plane = sizeOf(x.shape.slice(2));
  const pixels = sizeOf(window.outputs);
  const places = new Float64Array(x.shape[0]! * x.shape[1]! * pixels);
  forEachWindow(x, window, (index, output, covered) => {
    let best = index * plane + covered[0]!;
    for (const place of covered)
      if (x.data[index * plane + place]! > x.data[best]!) best = index * plane + place;
    places[index * pixels + output] = best;
  });
  return places;
}

export const poolingOperators: readonly Operator[] = [
  {
    name: 'MaxPool',
    inputs: [1, 1],
    readsMany: true,
    requiredOutputs: 1,
    attributes: { ...poolAttributes, storage_order: ['int', 0] },
    infer: (node) => {
      const shape = pooledShape(node);
      return [
        { dataType: node.input(0).dataType, shape },
        { dataType: 'int64', shape },
      ];
    },
    rewrite: (graph, node) => {
      if (node.int('storage_order') === 0) return explicitPads(graph, node);
      const [y, places] = graph.apply('MaxPool', node.inputs, { ...node.attributes, storage_order: 0 });
      return [y!, columnMajor(graph, places!, spatialOf(node))];
    },
    evaluate: (node, [x]) => {
      const places = maximumPlaces(x!, poolWindow(node));
      const shape = pooledShape(node);
      return [
        { shape, data: places.map((place) => x!.data[place]!) },
        { shape, data: places },
      ];
    },
    gradient: ({ graph, node, cotangent }) => {
      const { shape } = node.input(0);
      const window = poolWindow(node);
      if (tilesInput(window, spatialOf(node))) {
        const attributes = { kernel_shape: window.kernel, strides: window.strides };
        return [graph.only('MaxUnpool', [cotangent, node.output(1)], attributes)];
      }
      const flat = graph.only(
        'ScatterElements',
        [
          graph.fill(0, [sizeOf(shape)], cotangent.dataType),
          graph.reshape(node.output(1), [-1]),
          graph.reshape(cotangent, [-1]),
        ],
        { axis: 0, reduction: 'add' },
      );
      return [graph.reshape(flat, shape)];
    },
  },
  {
    name: 'AveragePool',
    inputs: [1, 1],
    readsMany: true,
    attributes: { ...poolAttributes, count_include_pad: ['int', 0] },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: pooledShape(node) }],
    rewrite: (graph, node) => {
      const window = poolWindow(node);
      // Operator set 18 averages without dilation only.
      if (window.dilations.every((dilation) => dilation === 1)) return explicitPads(graph, node);
      const { dataType } = node.input(0);
      const counts = graph.constant(averageCounts(node, window), [1, 1, ...window.outputs], dataType);
      return [graph.divide(windowSums(graph, node.input(0), window), counts)];
    },
    evaluate: (node, [x]) => {
      const window = poolWindow(node);
      const shape = pooledShape(node);
      const plane = sizeOf(spatialOf(node));
      const pixels = sizeOf(window.outputs);
      const counts = averageCounts(node, window);
      const data = new Float64Array(sizeOf(shape));
      forEachWindow(x!, window, (index, output, covered) => {
        const sum = covered.reduce((total, place) => total + x!.data[index * plane + place]!, 0);
        data[index * pixels + output] = sum / counts[output]!;
      });
      return [{ shape, data }];
    },
    // Every covered entry gets its share of each average: a depthwise transposed convolution with ones.
    gradient: ({ graph, node, cotangent }) => {
      const window = poolWindow(node);
      const { shape } = node.input(0);
      const channels = shape[1]!;
      const counts = graph.constant(
        averageCounts(node, window),
        [1, 1, ...window.outputs],
        cotangent.dataType,
      );
      const ones = graph.constant(
        new Float64Array(node.matrixSize(channels * sizeOf(window.kernel))).fill(1),
        [channels, 1, ...window.kernel],
      );
      const spatial = spatialOf(node);
      const reached = window.outputs.map(
        (length, axis) =>
          (length - 1) * window.strides[axis]! + window.dilations[axis]! * (window.kernel[axis]! - 1) + 1,
      );
      // Scatter over the whole padded extent, then cut the padding away: exact for ceil_mode too.
      const full = graph.convTranspose(graph.divide(cotangent, counts), ones, undefined, {
        group: channels,
        strides: window.strides,
        dilations: window.dilations,
      });
      const missing = spatial.map((length, axis) =>
        Math.max(length + window.before[axis]! - reached[axis]!, 0),
      );
      const padded = graph.pad(full, [0, 0, ...spatial.map(() => 0)], [0, 0, ...missing]);
      return [
        graph.slice(padded, {
          starts: [...window.before],
          ends: spatial.map((length, axis) => window.before[axis]! + length),
          axes: spatial.map((_, axis) => axis + 2),
        }),
      ];
    },
  },
  {
    name: 'GlobalAveragePool',
    inputs: [1, 1],
    infer: (node) => [
      {
        dataType: node.input(0).dataType,
        shape: [...node.input(0).shape.slice(0, 2), ...spatialOf(node).map(() => 1)],
      },
    ],
    rewrite: (graph, node) => [
      graph.mean(
        node.input(0),
        spatialOf(node).map((_, axis) => axis + 2),
      ),
    ],
  },
  {
    name: 'GlobalMaxPool',
    inputs: [1, 1],
    infer: (node) => [
      {
        dataType: node.input(0).dataType,
        shape: [...node.input(0).shape.slice(0, 2), ...spatialOf(node).map(() => 1)],
      },
    ],
    rewrite: (graph, node) => [
      graph.max(
        node.input(0),
        spatialOf(node).map((_, axis) => axis + 2),
      ),
    ],
  },
  {
    // The p-norm of every window.
    name: 'LpPool',
    inputs: [1, 1],
    readsMany: true,
    attributes: { ...poolAttributes, p: ['int', 2] },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: pooledShape(node) }],
    rewrite: (graph, node) => [
      powerNorm(graph, node.input(0), node.int('p'), (terms) => windowSums(graph, terms, poolWindow(node))),
    ],
  },
  {
    name: 'GlobalLpPool',
    inputs: [1, 1],
    attributes: { p: ['int', 2] },
    infer: (node) => [
      {
        dataType: node.input(0).dataType,
        shape: [...node.input(0).shape.slice(0, 2), ...spatialOf(node).map(() => 1)],
      },
    ],
    rewrite: (graph, node) => {
      const axes = spatialOf(node).map((_, axis) => axis + 2);
      return [powerNorm(graph, node.input(0), node.int('p'), (terms) => graph.sum(terms, axes))];
    },
  },
  {
    // Puts each entry at the place that MaxPool took it from, counted over the whole output tensor.
    name: 'MaxUnpool',
    inputs: [2, 3],
    attributes: { kernel_shape: ['ints'], pads: ['ints'], strides: ['ints'] },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: unpooledShape(node) }],
    evaluate: (node, [x, indices]) => {
      const shape = unpooledShape(node);
      const data = new Float64Array(sizeOf(shape));
      x!.data.forEach((entry, place) => (data[indices!.data[place]!] = entry));
      return [{ shape, data }];
    },
    gradient: ({ graph, node, cotangent }) => {
      const flat = graph.only(
        'GatherElements',
        [graph.reshape(cotangent, [-1]), graph.reshape(node.input(1), [-1])],
        { axis: 0 },
      );
      return [graph.reshape(flat, node.input(0).shape)];
    },
  },
];

/** Runtimes refuse automatic padding together with dilation; written out, it is like any other. */
function explicitPads(graph: GraphWriter, node: Node): readonly Value[] | undefined {
  if (node.text('auto_pad') === 'NOTSET') return undefined;
  const { pads } = windowAttributes(poolWindow(node));
  const attributes = { ...node.attributes, auto_pad: 'NOTSET', pads: pads! };
  return graph.apply(node.operator, node.inputs, attributes, { name: node.name });
}

/** The sum of every window: a depthwise convolution with ones. */
function windowSums(graph: GraphWriter, x: Value, window: Window): Value {
  const channels = x.shape[1]!;
  const ones = graph.constant(
    new Float64Array(channels * sizeOf(window.kernel)).fill(1),
    [channels, 1, ...window.kernel],
    x.dataType,
  );
  // Windows that ceil_mode lets reach beyond the end find zeros there.
  const needed = window.outputs.map((count, axis) => {
    const extent = window.dilations[axis]! * (window.kernel[axis]! - 1) + 1;
    return (count - 1) * window.strides[axis]! + extent - x.shape[axis + 2]! - window.before[axis]!;
  });
  const after = window.after.map((pad, axis) => Math.max(pad, needed[axis]!));
  return graph.conv(x, ones, undefined, { group: channels, ...windowAttributes({ ...window, after }) });
}

/** Places in a row-major tensor [N, C, …spatial], counted with the first spatial axis fastest instead. */
function columnMajor(graph: GraphWriter, places: Value, spatial: readonly number[]): Value {
  const plane = sizeOf(spatial);
  const modulo = (x: Value, length: number): Value =>
    graph.only('Mod', [x, graph.constant(length, [], 'int64')]);
  let rest = modulo(places, plane);
  let result = graph.subtract(places, rest);
  // The last axis is fastest in row-major order, and slowest in the other.
  let stride = plane;
  for (const length of [...spatial].reverse()) {
    const coordinate = modulo(rest, length);
    rest = graph.divide(graph.subtract(rest, coordinate), length);
    stride /= length;
    result = graph.add(result, graph.multiply(coordinate, stride));
  }
  return result;
}

function unpooledShape(node: Node): readonly number[] {
  const { shape } = node.input(0);
  const listed = node.optionalNumbers(2);
  if (listed !== undefined) return listed;
  const kernel = node.ints('kernel_shape') ?? [];
  const rank = shape.length - 2;
  const strides = node.ints('strides') ?? new Array<number>(rank).fill(1);
  const pads = node.ints('pads') ?? new Array<number>(2 * rank).fill(0);
  return [
    ...shape.slice(0, 2),
    ...shape
      .slice(2)
      .map(
        (length, axis) => (length - 1) * strides[axis]! + kernel[axis]! - pads[axis]! - pads[axis + rank]!,
      ),
  ];
}

/**
 * Whether the windows lie side by side and cover the input exactly. No entry is then the maximum of two windows, and
 * MaxUnpool, which overwrites, does without indices of its own and without additions.
 */
function tilesInput(window: Window, inputs: readonly number[]): boolean {
  return inputs.every(
    (length, axis) =>
      window.kernel[axis] === window.strides[axis] &&
      window.dilations[axis] === 1 &&
      window.before[axis] === 0 &&
      window.outputs[axis]! * window.strides[axis]! === length,
  );
}

/** By how much each average was divided: the product over the axes of how many taps count. */
function averageCounts(node: Node, window: Window): Float64Array {
  const includePad = node.int('count_include_pad') === 1;
  const alongAxes = spatialOf(node).map((length, axis) => {
    const [before, after] = [window.before[axis]!, window.after[axis]!];
    // With ceil_mode the last window may reach beyond the padding; what lies there never counts.
    const [first, last] = includePad ? [-before, length + after] : [0, length];
    return Array.from({ length: node.matrixSize(window.outputs[axis]!) }, (_, output) => {
      const start = output * window.strides[axis]! - before;
      // How many taps lie before a place.
      const tapsBefore = (place: number): number =>
        Math.min(Math.max(Math.ceil((place - start) / window.dilations[axis]!), 0), window.kernel[axis]!);
      return tapsBefore(last) - tapsBefore(first);
    });
  });
  node.matrixSize(sizeOf(window.outputs));
  return Float64Array.from(positions(window.outputs), (output) =>
    output.reduce((product, place, axis) => product * alongAxes[axis]![place]!, 1),
  );
}
