import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import type { Operator } from '../graph/operator.js';

/** The gradient writes some nodes for each column of bins. */
const mostColumns = 1024;

const pooledLengths = (node: Node): readonly [rows: number, columns: number] => {
  const lengths = node.ints('pooled_shape') ?? [];
  if (lengths.length !== 2 || lengths.some((length) => length < 1)) {
    throw node.error(`pooled_shape is [${lengths.join(', ')}], expected two positive integers`);
  }
  return [lengths[0]!, lengths[1]!];
};

/** From the first pixel of each bin along one axis up to the one after its last, within [0, length]. */
interface Bounds<Each> {
  readonly starts: Each;
  readonly ends: Each;
}

const clip = (place: number, length: number): number => Math.min(Math.max(place, 0), length);

/** To the nearest integer, halves away from zero. */
const roundedHalvesAway = (coordinate: number): number =>
  Math.sign(coordinate) * Math.floor(Math.abs(coordinate) + 0.5);

/**
 * The bins of one region. Float32 decides whether the end of a bin touches the next pixel (13 · (7 / 13) is more than 7
 * there), so each step is rounded to it, as runtimes compute.
 */
function boundsOf(
  first: number,
  last: number,
  scale: number,
  bins: number,
  length: number,
): Bounds<readonly number[]> {
  const [start, end] = [first, last].map((bound) =>
    roundedHalvesAway(Math.fround(bound * Math.fround(scale))),
  ) as [number, number];
  const binSize = Math.fround(Math.max(end - start + 1, 1) / bins);
  const edges = Array.from({ length: bins + 1 }, (_, bin) => Math.fround(bin * binSize));
  return {
    starts: edges.slice(0, -1).map((edge) => clip(Math.floor(edge) + start, length)),
    ends: edges.slice(1).map((edge) => clip(Math.ceil(edge) + start, length)),
  };
}

/** {@link boundsOf} of all regions as nodes: `first` and `last` are [regions, 1], the results [regions, bins]. */
function writeBounds(
  graph: GraphWriter,
  first: Value,
  last: Value,
  scale: number,
  bins: number,
  length: number,
): Bounds<Value> {
  // Nothing to a runtime; in float64 arithmetic it rounds to float32.
  const single = (x: Value): Value => graph.cast(graph.cast(x, 'float64'), 'float32');
  const pixel = (bound: Value): Value => {
    const scaled = single(graph.multiply(bound, scale));
    const distance = graph.abs(scaled);
    const whole = graph.only('Floor', [distance]);
    // Adding ½ first would round up what lies just below a half.
    const up = graph.not(graph.less(graph.subtract(distance, whole), 0.5));
    return graph.multiply(graph.only('Sign', [scaled]), graph.add(whole, graph.cast(up, 'float32')));
  };
  const start = pixel(first);
  const size = graph.maximum(graph.add(graph.subtract(pixel(last), start), 1), 1);
  const binSize = single(graph.divide(size, bins));
  const edges = (rounding: 'Floor' | 'Ceil', from: number): Value => {
    const numbers = graph.constant(
      Float64Array.from({ length: bins }, (_, bin) => bin + from),
      [1, bins],
    );
    const edge = graph.only(rounding, [single(graph.multiply(binSize, numbers))]);
    return graph.only('Clip', [graph.add(edge, start), graph.constant(0), graph.constant(length)]);
  };
  return { starts: edges('Floor', 0), ends: edges('Ceil', 1) };
}

/** Which pixels of an axis each bin covers: bool [regions, bins, length]. */
function writeCovered(graph: GraphWriter, { starts, ends }: Bounds<Value>, length: number): Value {
  const [regions, bins] = starts.shape as [number, number];
  const pixels = graph.constant(Float64Array.from({ length }, (_, pixel) => pixel));
  const [first, after] = [starts, ends].map((bound) => graph.reshape(bound, [regions, bins, 1])) as [
    Value,
    Value,
  ];
  return graph.only('And', [graph.not(graph.less(pixels, first)), graph.less(pixels, after)]);
}

/**
 * The largest entry in each bin of regions (image, left, top, right, bottom), 0 in a bin without pixels.
 *
 * Regions are rounded to whole pixels, their last pixels included; bins that overlap by a pixel share it.
 */
export const maxRoiPoolOperators: readonly Operator[] = [
  {
    name: 'MaxRoiPool',
    inputs: [2, 2],
    readsMany: true,
    attributes: { pooled_shape: ['ints'], spatial_scale: ['float', 1] },
    infer: (node) => {
      const [x, regions] = [node.input(0), node.input(1)];
      const types = [x, regions].map(({ dataType, shape }) => `${dataType} [${shape.join(', ')}]`);
      if (
        x.rank !== 4 ||
        x.dataType !== 'float32' ||
        regions.rank !== 2 ||
        regions.shape[1] !== 5 ||
        regions.dataType !== 'float32'
      ) {
        throw node.error(
          `input ${types[0]} and regions ${types[1]} do not fit, expected float32 [batch, channels, height, width] and [regions, 5]`,
        );
      }
      return [{ dataType: x.dataType, shape: [regions.shape[0]!, x.shape[1]!, ...pooledLengths(node)] }];
    },
    evaluate: (node, [x, regions]) => {
      const [images, channels, height, width] = x!.shape as [number, number, number, number];
      const [rows, columns] = pooledLengths(node);
      const scale = node.float('spatial_scale');
      const count = regions!.shape[0]!;
      const data = new Float64Array(count * channels * rows * columns);
      let output = 0;
      for (let region = 0; region < count; region++) {
        const [named, left, top, right, bottom] = regions!.data.subarray(5 * region, 5 * region + 5);
        const image = Math.trunc(named!);
        if (!(image >= 0 && image < images)) {
          throw node.error(`region ${region} is of image ${image}, expected 0 to ${images - 1}`);
        }
        const vertical = boundsOf(top!, bottom!, scale, rows, height);
        const horizontal = boundsOf(left!, right!, scale, columns, width);
        for (let channel = 0; channel < channels; channel++) {
          const plane = (image * channels + channel) * height * width;
          for (let row = 0; row < rows; row++) {
            for (let column = 0; column < columns; column++) {
              let best = -Infinity;
              for (let i = vertical.starts[row]!; i < vertical.ends[row]!; i++) {
                for (let j = horizontal.starts[column]!; j < horizontal.ends[column]!; j++) {
                  best = Math.max(best, x!.data[plane + i * width + j]!);
                }
              }
              const empty =
                vertical.starts[row]! >= vertical.ends[row]! ||
                horizontal.starts[column]! >= horizontal.ends[column]!;
              data[output++] = empty ? 0 : best;
            }
          }
        }
      }
      return [{ shape: [count, channels, rows, columns], data }];
    },
    // Ties go to the first pixel of the bin in row-major order, as in torchvision; none flows to the regions.
    gradient: ({ graph, node, cotangent }) => {
      const [x, regions] = [node.input(0), node.input(1)];
      const [images, channels, height, width] = x.shape as [number, number, number, number];
      const [rows, columns] = pooledLengths(node);
      node.listLength(columns, mostColumns);
      node.matrixSize(Math.max(rows, height, width));
      const scale = node.float('spatial_scale');
      const count = regions.shape[0]!;
      const [named, left, top, right, bottom] = graph.split(regions, [1, 1, 1, 1, 1], 1);
      const vertical = writeBounds(graph, top!, bottom!, scale, rows, height);
      const horizontal = writeBounds(graph, left!, right!, scale, columns, width);
      const image = graph.cast(graph.reshape(named!, [count]), 'int64');

      // First the best of each row within a column of bins, then the best of these rows.
      const planes = graph.only('Gather', [x, image], { axis: 0 });
      const coveredColumns = graph.split(
        writeCovered(graph, horizontal, width),
        new Array<number>(columns).fill(1),
        1,
      );
      const ofRows = coveredColumns.map((covered) => {
        const inside = graph.where(graph.reshape(covered, [count, 1, 1, width]), planes, -Infinity);
        return {
          best: graph.max(inside, [3]),
          place: graph.only('ArgMax', [inside], { axis: 3 }),
        };
      });
      const best = graph.concat(
        ofRows.map((each) => each.best),
        3,
      );
      const places = graph.concat(
        ofRows.map((each) => each.place),
        3,
      );
      const inside = graph.where(
        graph.reshape(writeCovered(graph, vertical, height), [count, 1, rows, height, 1]),
        graph.reshape(best, [count, channels, 1, height, columns]),
        -Infinity,
      );
      const row = graph.only('ArgMax', [inside], { axis: 3, keepdims: 0 });
      const column = graph.only('GatherElements', [places, row], { axis: 2 });

      const channel = graph.constant(
        Float64Array.from({ length: channels }, (_, each) => each),
        [1, channels, 1, 1],
        'int64',
      );
      const plane = graph.add(graph.multiply(graph.reshape(image, [count, 1, 1, 1]), channels), channel);
      const place = graph.add(graph.multiply(graph.add(graph.multiply(plane, height), row), width), column);
      const covers = ({ starts, ends }: Bounds<Value>, shape: readonly number[]): Value =>
        graph.reshape(graph.cast(graph.less(starts, ends), 'float32'), shape);
      const filled = graph.multiply(
        covers(vertical, [count, 1, rows, 1]),
        covers(horizontal, [count, 1, 1, columns]),
      );
      const flat = graph.only(
        'ScatterElements',
        [
          graph.fill(0, [images * channels * height * width], cotangent.dataType),
          graph.reshape(place, [-1]),
          graph.reshape(graph.multiply(cotangent, filled), [-1]),
        ],
        { axis: 0, reduction: 'add' },
      );
      return [graph.reshape(flat, x.shape)];
    },
  },
];
