import type { GraphWriter } from '../../graph/graph-writer.js';
import type { Value } from '../../graph/value.js';
import { kernelLimits } from '../../providers/kernel-limits.js';
import type { Rewriting, RewriteRequest } from '../profile.js';

/**
 * Convolutions that the kernel gets wrong. Channels of zeros are added until it gets them right; or filters of zeros to
 * each group, which are left out of the result.
 */
export const paddedConvolutions: readonly Rewriting[] = [
  {
    operator: 'Conv',
    reason:
      'the kernel computes wrongly where the channels are a multiple of 3 and not of 4, and the filters of 4',
    rewrite: (request) => {
      const { graph, node, inputs } = request;
      if (node.int('group') > 1 || !isLimited('Conv', request)) return undefined;
      const whole = 4 * Math.ceil(inputs[0]!.shape[1]! / 4);
      const [x, weight] = [inputs[0]!, inputs[1]!].map((value) => lengthened(graph, value, 1, whole));
      return [graph.conv(x!, weight!, inputs[2], node.attributes)];
    },
  },
  {
    operator: 'Conv',
    reason:
      'the kernel computes up to four filters at a time, and takes those of two groups together where they do not divide by that',
    rewrite: (request) => {
      const { graph, node, inputs } = request;
      if (node.int('group') === 1 || !isLimited('Conv', request)) return undefined;
      const groups = node.int('group');
      const [filters, perGroup, ...kernel] = inputs[1]!.shape as [number, number, ...number[]];
      const apart = graph.reshape(inputs[1]!, [groups, filters / groups, perGroup, ...kernel]);
      const whole = 4 * Math.ceil(filters / groups / 4);
      const weight = graph.reshape(lengthened(graph, apart, 1, whole), [groups * whole, perGroup, ...kernel]);
      const y = graph.conv(inputs[0]!, weight, undefined, node.attributes);
      return [withoutAdded(graph, y, groups, filters / groups, inputs[2])];
    },
  },
  {
    operator: 'ConvTranspose',
    reason: 'the kernel reads wrong weights where groups have one filter and an even number of channels',
    rewrite: (request) => {
      if (!isLimited('ConvTranspose', request)) return undefined;
      const { graph, node, inputs } = request;
      const weight = lengthened(graph, inputs[1]!, 1, 2);
      const y = graph.convTranspose(inputs[0]!, weight, undefined, node.attributes);
      return [withoutAdded(graph, y, node.int('group'), 1, inputs[2])];
    },
  },
];

/** Whether it is a convolution in one or two dimensions that the kernel gets wrong. */
const isLimited = (operator: 'Conv' | 'ConvTranspose', { node, isRead }: RewriteRequest): boolean =>
  node.input(0).rank <= 4 && kernelLimits.webgpu[operator]!(node, isRead) !== undefined;

/** Zeros up to a length of the axis. */
function lengthened(graph: GraphWriter, x: Value, axis: number, length: number): Value {
  const none = x.shape.map(() => 0);
  return graph.pad(
    x,
    none,
    none.map((_, place) => (place === axis ? length - x.shape[axis]! : 0)),
  );
}

/** The first filters of every group, and the bias added. */
function withoutAdded(
  graph: GraphWriter,
  y: Value,
  groups: number,
  ofGroup: number,
  bias: Value | undefined,
): Value {
  const [batch, filters, ...spatial] = y.shape as [number, number, ...number[]];
  const apart = graph.reshape(y, [batch, groups, filters / groups, ...spatial]);
  const kept = graph.slice(apart, { starts: [0], ends: [ofGroup], axes: [2] });
  const result = graph.reshape(kept, [batch, groups * ofGroup, ...spatial]);
  if (bias === undefined) return result;
  return graph.add(result, graph.reshape(bias, [1, groups * ofGroup, ...spatial.map(() => 1)]));
}
