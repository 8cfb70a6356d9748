import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import type { Operator } from '../graph/operator.js';

/**
 * The matrices that interpolate along one axis: [regions, 1, bins, length], averaged over the samples of a bin, or for
 * the maximum [regions, 1, bins · samples · 2, length] with the pixels before and after a sample apart.
 *
 * Linear interpolation between pixels gives pixel j the weight max(0, 1 − |coordinate − j|).
 */
function interpolationMatrices(
  graph: GraphWriter,
  node: Node,
  bounds: { start: Value; end: Value },
  bins: number,
  length: number,
): Value {
  const samples = node.int('sampling_ratio');
  const regions = bounds.start.shape[0]!;
  const halfPixel = node.text('coordinate_transformation_mode') === 'half_pixel';
  const scaled = (bound: Value): Value =>
    graph.subtract(graph.multiply(bound, node.float('spatial_scale')), halfPixel ? 0.5 : 0);
  const start = scaled(bounds.start);
  const extent = graph.subtract(scaled(bounds.end), start);
  // Without the half pixel, a region is at least one pixel large.
  const size = halfPixel ? extent : graph.maximum(extent, 1);
  const fractions = Array.from(
    { length: bins * samples },
    (_, sample) => (Math.floor(sample / samples) + ((sample % samples) + 0.5) / samples) / bins,
  );
  const coordinate = graph.add(start, graph.multiply(size, graph.constant(fractions, [1, bins * samples])));
  const inside = graph.only('And', [
    graph.only('GreaterOrEqual', [coordinate, graph.constant(-1)]),
    graph.only('LessOrEqual', [coordinate, graph.constant(length)]),
  ]);
  const clipped = graph.only('Clip', [coordinate, graph.constant(0), graph.constant(length - 1)]);
  const pixels = graph.constant(Float64Array.from({ length }, (_, pixel) => pixel));
  const place = graph.reshape(clipped, [regions, bins * samples, 1]);
  const distance = graph.abs(graph.subtract(place, pixels));
  const weights = graph.multiply(
    graph.relu(graph.subtract(1, distance)),
    graph.reshape(graph.cast(inside, 'float32'), [regions, bins * samples, 1]),
  );
  if (!takesMaximum(node)) {
    return graph.mean(graph.reshape(weights, [regions, 1, bins, samples, length]), [3], false);
  }
  const before = graph.multiply(weights, graph.cast(graph.not(graph.less(place, pixels)), 'float32'));
  const sides = [before, graph.subtract(weights, before)].map((side) =>
    graph.reshape(side, [regions, bins, samples, length]),
  );
  return graph.reshape(graph.concat(sides, 2), [regions, 1, bins * samples * 2, length]);
}

const takesMaximum = (node: Node): boolean => node.text('mode') === 'max';

/**
 * Averages an image over bins of regions, as two products with interpolation matrices per region.
 *
 * The maximum is, as in ONNX's reference and in ONNX Runtime, not that of the interpolated samples but of their terms:
 * the four pixels around each sample times their weights, of which those of weight 0 count as 0.
 */
export const roiAlignOperators: readonly Operator[] = [
  {
    name: 'RoiAlign',
    inputs: [3, 3],
    attributes: {
      coordinate_transformation_mode: ['string', 'half_pixel'],
      mode: ['string', 'avg'],
      output_height: ['int', 1],
      output_width: ['int', 1],
      sampling_ratio: ['int', 0],
      spatial_scale: ['float', 1],
    },
    infer: (node) => {
      const [x, regions] = [node.input(0), node.input(1)];
      if (x.rank !== 4 || x.dataType !== 'float32' || regions.rank !== 2 || regions.shape[1] !== 4) {
        throw node.error(
          `input [${x.shape.join(', ')}] and regions [${regions.shape.join(', ')}] do not fit, expected float32 [batch, channels, height, width] and [regions, 4]`,
        );
      }
      if (!['avg', 'max'].includes(node.text('mode'))) {
        throw node.error(`mode is '${node.text('mode')}', expected avg or max`);
      }
      if (node.int('sampling_ratio') < 1) {
        throw node.error(
          'sampling_ratio is 0, so the regions decide how many samples are taken; expected ≥ 1',
        );
      }
      return [
        {
          dataType: x.dataType,
          shape: [regions.shape[0]!, x.shape[1]!, node.int('output_height'), node.int('output_width')],
        },
      ];
    },
    // No gradient flows to the regions, as in PyTorch.
    rewrite: (graph, node) => {
      const [x, regions, images] = [node.input(0), node.input(1), node.input(2)];
      const [height, width] = x.shape.slice(2) as [number, number];
      const [left, top, right, bottom] = graph.split(graph.stopGradient(regions), [1, 1, 1, 1], 1) as [
        Value,
        Value,
        Value,
        Value,
      ];
      const rows = interpolationMatrices(
        graph,
        node,
        { start: top, end: bottom },
        node.int('output_height'),
        height,
      );
      const columns = interpolationMatrices(
        graph,
        node,
        { start: left, end: right },
        node.int('output_width'),
        width,
      );
      const image = graph.only('Gather', [x, images], { axis: 0 });
      const y = graph.matmul(graph.matmul(rows, image), graph.transpose(columns, [0, 1, 3, 2]));
      if (!takesMaximum(node)) return [y];
      const terms = 2 * node.int('sampling_ratio');
      const bins = [node.int('output_height'), terms, node.int('output_width'), terms];
      return [graph.max(graph.reshape(y, [...y.shape.slice(0, 2), ...bins]), [3, 5], false)];
    },
  },
];
