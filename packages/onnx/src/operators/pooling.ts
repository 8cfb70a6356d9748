import type { Node } from '../ir/node.js';
import { sizeOf } from '../ir/tensor.js';
import type { Numbers, Operator } from './operator.js';
import { flatten, inputPosition, positions, windowOf, type Window } from './window.js';

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
    requiredOutputs: 1,
    attributes: { ...poolAttributes, storage_order: ['int', 0] },
    infer: (node) => {
      if (node.int('storage_order') !== 0) {
        throw node.error('storage_order 1 (column-major indices) is not supported, expected 0');
      }
      const shape = pooledShape(node);
      return [
        { dataType: node.input(0).dataType, shape },
        { dataType: 'int64', shape },
      ];
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
    attributes: { ...poolAttributes, count_include_pad: ['int', 0] },
    infer: (node) => [{ dataType: node.input(0).dataType, shape: pooledShape(node) }],
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
      const ones = graph.constant(new Float64Array(channels * sizeOf(window.kernel)).fill(1), [
        channels,
        1,
        ...window.kernel,
      ]);
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
    // Puts each entry at the place that MaxPool took it from, counted over the whole output tensor.
    name: 'MaxUnpool',
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

/** By how much each average was divided. */
function averageCounts(node: Node, window: Window): Float64Array {
  const spatial = spatialOf(node);
  const includePad = node.int('count_include_pad') === 1;
  const taps = [...positions(window.kernel)];
  return Float64Array.from([...positions(window.outputs)], (output) => {
    return taps.filter((tap) => {
      if (!includePad) return inputPosition(window, spatial, output, tap) !== undefined;
      // With ceil_mode the last window may reach beyond the padding; what lies there never counts.
      return output.every((place, axis) => {
        const position = place * window.strides[axis]! + tap[axis]! * window.dilations[axis]!;
        return position < spatial[axis]! + window.before[axis]! + window.after[axis]!;
      });
    }).length;
  });
}
