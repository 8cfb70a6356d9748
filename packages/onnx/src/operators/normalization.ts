import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import { sizeOf } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { normalizeAxes, normalizeAxis, reducedShape } from '../shapes/axes.js';
import type { Numbers, Operator } from '../graph/operator.js';
import { powerNorm } from './power-norm.js';

/** A vector over the channels, in a shape that broadcasts against [N, C, …]. */
function perChannel(graph: GraphWriter, vector: Value, rank: number): Value {
  return graph.reshape(vector, [1, vector.shape[0]!, ...new Array<number>(rank - 2).fill(1)]);
}

const channelAxes = (x: Value): number[] => x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));

/** Population mean and variance of every channel of [N, C, …]. */
function channelStatistics(x: Numbers): { mean: Float64Array; variance: Float64Array } {
  const channels = x.shape[1]!;
  const plane = sizeOf(x.shape.slice(2));
  const count = x.data.length / channels;
  const channelOf = (entry: number): number => Math.floor(entry / plane) % channels;
  const mean = new Float64Array(channels);
  x.data.forEach((value, entry) => (mean[channelOf(entry)]! += value / count));
  const variance = new Float64Array(channels);
  x.data.forEach((value, entry) => {
    variance[channelOf(entry)]! += (value - mean[channelOf(entry)]!) ** 2 / count;
  });
  return { mean, variance };
}

/**
 * Batch normalization in training: the result, and the population mean and variance of the batch.
 *
 * With momentum 0 the operator's running statistics are those of the batch, whatever they were before. ONNX Runtime
 * writes them into the memory of the inputs, so each node is given inputs that nobody else reads: made from its
 * own x, they are shared with no other node. (A factor of 1 would leave the scale itself.)
 */
export function normalizeByBatch(
  graph: GraphWriter,
  { x, scale, bias, epsilon }: { x: Value; scale: Value; bias: Value; epsilon: number },
  name?: string,
): { y: Value; mean: Value; variance: Value } {
  const scratch = (sign: number): Value => graph.multiply(scale, graph.constant(sign * (x.id + 2)));
  const [y, mean, variance] = graph.apply(
    'BatchNormalization',
    [x, scale, bias, scratch(1), scratch(-1)],
    { epsilon, momentum: 0, training_mode: 1 },
    { name },
  );
  return { y: y!, mean: mean!, variance: variance! };
}

const batchNormalization: Operator = {
  name: 'BatchNormalization',
  inputs: [5, 5],
  roles: [undefined, 'scale', 'bias', 'mean', 'variance'],
  // Running statistics are updated in place.
  buffers: {
    overwrites: [
      [3, 1],
      [4, 2],
    ],
  },
  attributes: { epsilon: ['float', 1e-5], momentum: ['float', 0.9], training_mode: ['int', 0] },
  infer: (node) => {
    const x = node.input(0);
    const channels = x.shape[1];
    for (let position = 1; position < 5; position++) {
      const { shape } = node.input(position);
      if (shape.length !== 1 || shape[0] !== channels) {
        throw node.error(`input ${position} has shape [${shape.join(', ')}], expected [${channels}]`);
      }
    }
    const vector = { dataType: x.dataType, shape: [channels!] };
    return node.int('training_mode') === 1 ? [x.type, vector, vector] : [x.type];
  },
  // Training is written by `normalizeByBatch`, whose further outputs are the statistics that the gradient needs.
  rewrite: (graph, node) => {
    const momentum = node.float('momentum');
    if (node.int('training_mode') === 0 || momentum === 0) return undefined;
    const [x, scale, bias, runningMean, runningVariance] = node.inputs as [Value, Value, Value, Value, Value];
    const { y, mean, variance } = normalizeByBatch(
      graph,
      { x, scale, bias, epsilon: node.float('epsilon') },
      node.name,
    );
    const blend = (running: Value, batch: Value): Value =>
      graph.add(graph.multiply(running, momentum), graph.multiply(batch, 1 - momentum));
    return [y, blend(runningMean, mean), blend(runningVariance, variance)];
  },
  evaluate: (node, [x, scale, bias, runningMean, runningVariance]) => {
    const training = node.int('training_mode') === 1;
    const { mean, variance } = training
      ? channelStatistics(x!)
      : { mean: runningMean!.data, variance: runningVariance!.data };
    const channels = x!.shape[1]!;
    const plane = sizeOf(x!.shape.slice(2));
    const y = x!.data.map((value, entry) => {
      const c = Math.floor(entry / plane) % channels;
      return (
        ((value - mean[c]!) / Math.sqrt(variance[c]! + node.float('epsilon'))) * scale!.data[c]! +
        bias!.data[c]!
      );
    });
    if (!training) return [{ shape: x!.shape, data: y }];
    const blend = (running: Numbers, batch: Float64Array): Numbers => ({
      shape: [channels],
      data: batch.map(
        (value, c) => running.data[c]! * node.float('momentum') + value * (1 - node.float('momentum')),
      ),
    });
    return [{ shape: x!.shape, data: y }, blend(runningMean!, mean), blend(runningVariance!, variance)];
  },
  /*
   * With r = 1/√(v + ε) and sums over all axes but the channels: dβ = Σ dy and dγ = r·Σ dy·(x − m). The mean is taken
   * off before the sum: Σ dy·x − m·dβ is the small difference of two large numbers where |m| is above the deviation.
   * In training that would be one more pass over a tensor, and the form of two sums is taken.
   * In training, dx = γ·r·(dy − dβ/n − (x − m)·r·dγ/n), which is k₁·dy + k₂·x + k₃ with one k of each kind per
   * channel: the fewest passes over the large tensors.
   */
  gradient: ({ graph, node, cotangent, cotangents, needs }) => {
    const [x, scale] = [node.input(0), node.input(1)];
    const training = node.int('training_mode') === 1;
    const [mean, variance] = training ? [node.output(1), node.output(2)] : [node.input(3), node.input(4)];
    const axes = channelAxes(x);
    const inverse = graph.reciprocal(graph.sqrt(graph.add(variance, node.float('epsilon'))));
    const slope = graph.multiply(scale, inverse);
    const asConstants = !training && (needs(3) || needs(4));
    const wanted = needs(1) || needs(2) || training || asConstants;
    const dBias = wanted ? graph.sum(cotangent, axes, false) : undefined;
    const dScale =
      needs(1) || training || asConstants
        ? graph.multiply(
            inverse,
            training
              ? graph.subtract(
                  graph.sum(graph.multiply(cotangent, x), axes, false),
                  graph.multiply(mean, dBias!),
                )
              : graph.sum(
                  graph.multiply(cotangent, graph.subtract(x, perChannel(graph, mean, x.rank))),
                  axes,
                  false,
                ),
          )
        : undefined;
    let dx: Value | undefined;
    if (needs(0)) {
      const direct = graph.multiply(cotangent, perChannel(graph, slope, x.rank));
      if (!training) {
        dx = direct;
      } else {
        const count = sizeOf(x.shape) / x.shape[1]!;
        // The statistics may be outputs too: of the mean comes dm/n, of the variance 2·(x − m)·dv/n.
        const [, dMean, dVariance] = cotangents;
        let k2 = graph.negate(graph.multiply(slope, graph.multiply(inverse, graph.divide(dScale!, count))));
        if (dVariance !== undefined) k2 = graph.add(k2, graph.multiply(dVariance, 2 / count));
        let perEntry = graph.multiply(slope, graph.divide(dBias!, count));
        if (dMean !== undefined) perEntry = graph.subtract(perEntry, graph.divide(dMean, count));
        const k3 = graph.negate(graph.add(perEntry, graph.multiply(k2, mean)));
        // k₂·x + k₃ in one pass: an inference-mode normalization by mean 0 and variance 1.
        const zeros = graph.constant(new Float64Array(x.shape[1]!), mean.shape, x.dataType);
        const ones = graph.constant(new Float64Array(x.shape[1]!).fill(1), mean.shape, x.dataType);
        const affine = graph.only('BatchNormalization', [x, k2, k3, zeros, ones], { epsilon: 0 });
        dx = graph.add(direct, affine);
      }
    }
    return [
      dx,
      dScale,
      dBias,
      asConstants ? graph.negate(graph.multiply(slope, dBias!)) : undefined,
      asConstants ? graph.multiply(graph.multiply(graph.multiply(slope, inverse), dScale!), -0.5) : undefined,
    ];
  },
};

/** (x − mean)/√(variance + ε) over `axes`, in the centred form that does not cancel. */
function standardize(
  graph: GraphWriter,
  x: Value,
  axes: readonly number[],
  epsilon: number,
): { standardized: Value; mean: Value; deviation: Value } {
  const mean = graph.mean(x, axes);
  const centred = graph.subtract(x, mean);
  const variance = graph.mean(graph.multiply(centred, centred), axes);
  const deviation = graph.sqrt(graph.add(variance, epsilon));
  return { standardized: graph.divide(centred, deviation), mean, deviation };
}

const spatialAxes = (x: Value): number[] => x.shape.slice(2).map((_, axis) => axis + 2);

/** Scale and bias, each a vector over the channels. */
function scaleChannels(graph: GraphWriter, x: Value, scale: Value, bias: Value): Value {
  return graph.add(graph.multiply(x, perChannel(graph, scale, x.rank)), perChannel(graph, bias, x.rank));
}

/** The axes of a layer normalization: from the given one to the last. */
function layerAxes(node: Node): number[] {
  const { rank } = node.input(0);
  const first = normalizeAxis(node, node.int('axis'), rank);
  return Array.from({ length: rank - first }, (_, place) => first + place);
}

const groupNormalization: Operator = {
  name: 'GroupNormalization',
  inputs: [3, 3],
  roles: [undefined, 'scale', 'bias'],
  attributes: { epsilon: ['float', 1e-5], num_groups: ['int'], stash_type: ['int', 1] },
  infer: (node) => {
    const x = node.input(0);
    const [groups, channels] = [node.int('num_groups'), x.shape[1] ?? 0];
    if (x.rank < 3 || channels % groups !== 0) {
      throw node.error(`input [${x.shape.join(', ')}] does not divide into ${groups} groups of channels`);
    }
    for (const position of [1, 2]) {
      const { shape } = node.input(position);
      if (shape.length !== 1 || (shape[0] !== groups && shape[0] !== channels)) {
        throw node.error(
          `input ${position} has shape [${shape.join(', ')}], expected [${groups}] or [${channels}]`,
        );
      }
    }
    return [x.type];
  },
  // Scale and bias are per group in operator set 18 and per channel from 21 on: their length tells which.
  rewrite: (graph, node) => {
    const x = node.input(0);
    const [batch, channels] = x.shape as [number, number];
    const groups = node.int('num_groups');
    const grouped = graph.reshape(x, [batch, groups, -1]);
    const { standardized } = standardize(graph, grouped, [2], node.float('epsilon'));
    const [scale, bias] = [node.input(1), node.input(2)].map((vector) =>
      vector.shape[0] === channels
        ? vector
        : graph.reshape(graph.expand(graph.reshape(vector, [groups, 1]), [groups, channels / groups]), [
            channels,
          ]),
    );
    return [scaleChannels(graph, graph.reshape(standardized, x.shape), scale!, bias!)];
  },
};

/** xᵢ / (bias + α/size · Σ x²)^β, the sum running over `size` neighbouring channels. */
const localResponseNormalization: Operator = {
  name: 'LRN',
  inputs: [1, 1],
  attributes: { alpha: ['float', 0.0001], beta: ['float', 0.75], bias: ['float', 1], size: ['int'] },
  infer: (node) => {
    if (node.input(0).rank < 2) throw node.error('expects an input [batch, channels, …]');
    return [node.input(0).type];
  },
  // The windowed sum is a product with a matrix of ones near the diagonal.
  rewrite: (graph, node) => {
    const x = node.input(0);
    const [batch, channels] = x.shape as [number, number];
    const size = node.int('size');
    const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
    const band = Float64Array.from({ length: node.matrixSize(channels * channels) }, (_, entry) => {
      const distance = (entry % channels) - Math.floor(entry / channels);
      return distance >= -before && distance <= after ? 1 : 0;
    });
    const squares = graph.reshape(graph.multiply(x, x), [batch, channels, -1]);
    const sums = graph.matmul(graph.constant(band, [channels, channels], x.dataType), squares);
    const base = graph.add(graph.multiply(sums, node.float('alpha') / size), node.float('bias'));
    return [graph.divide(x, graph.reshape(graph.power(base, node.float('beta')), x.shape))];
  },
};

export const normalizationOperators: readonly Operator[] = [
  batchNormalization,
  {
    name: 'InstanceNormalization',
    inputs: [3, 3],
    roles: [undefined, 'scale', 'bias'],
    attributes: { epsilon: ['float', 1e-5] },
    infer: (node) => {
      const x = node.input(0);
      if (x.rank < 3)
        throw node.error(`input has shape [${x.shape.join(', ')}], expected [batch, channels, …]`);
      for (const position of [1, 2]) {
        const { shape } = node.input(position);
        if (shape.length !== 1 || shape[0] !== x.shape[1]) {
          throw node.error(`input ${position} has shape [${shape.join(', ')}], expected [${x.shape[1]}]`);
        }
      }
      return [x.type];
    },
    rewrite: (graph, node) => {
      const x = node.input(0);
      const { standardized } = standardize(graph, x, spatialAxes(x), node.float('epsilon'));
      return [scaleChannels(graph, standardized, node.input(1), node.input(2))];
    },
  },
  {
    name: 'LayerNormalization',
    inputs: [2, 3],
    roles: [undefined, 'scale', 'bias'],
    attributes: { axis: ['int', -1], epsilon: ['float', 1e-5], stash_type: ['int', 1] },
    infer: (node) => {
      const { dataType, shape } = node.input(0);
      const statistics = { dataType, shape: reducedShape(shape, layerAxes(node), true) };
      return [node.input(0).type, statistics, statistics];
    },
    rewrite: (graph, node) => {
      const x = node.input(0);
      const { standardized, mean, deviation } = standardize(graph, x, layerAxes(node), node.float('epsilon'));
      const scaled = graph.multiply(standardized, node.input(1));
      return [
        node.hasInput(2) ? graph.add(scaled, node.input(2)) : scaled,
        mean,
        graph.reciprocal(deviation),
      ];
    },
  },
  {
    // x/√(mean(x²) + ε), scaled.
    name: 'RMSNormalization',
    inputs: [2, 2],
    roles: [undefined, 'scale'],
    attributes: { axis: ['int', -1], epsilon: ['float', 1e-5], stash_type: ['int', 1] },
    infer: (node) => [node.input(0).type],
    rewrite: (graph, node) => {
      const x = node.input(0);
      const power = graph.mean(graph.multiply(x, x), layerAxes(node));
      const normalized = graph.divide(x, graph.sqrt(graph.add(power, node.float('epsilon'))));
      return [graph.multiply(normalized, node.input(1))];
    },
  },
  groupNormalization,
  {
    // The standard adds 10⁻⁹ to the deviation; 10⁻¹⁸ under the root is as much at 0, where it keeps the gradient finite.
    name: 'MeanVarianceNormalization',
    inputs: [1, 1],
    attributes: { axes: ['ints', [0, 2, 3]] },
    infer: (node) => [node.input(0).type],
    rewrite: (graph, node) => {
      const x = node.input(0);
      return [standardize(graph, x, normalizeAxes(node, node.ints('axes'), x.rank), 1e-18).standardized];
    },
  },
  {
    // A line of zeros stays as it is.
    name: 'LpNormalization',
    inputs: [1, 1],
    attributes: { axis: ['int', -1], p: ['int', 2] },
    infer: (node) => {
      normalizeAxis(node, node.int('axis'), node.input(0).rank);
      return [node.input(0).type];
    },
    rewrite: (graph, node) => {
      const x = node.input(0);
      const norm = powerNorm(graph, x, node.int('p'), (terms) => graph.sum(terms, [node.int('axis')]));
      return [graph.divide(x, graph.where(graph.greater(norm, 0), norm, 1))];
    },
  },
  localResponseNormalization,
];
