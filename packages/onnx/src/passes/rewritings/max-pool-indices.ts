import type { GraphWriter } from '../../graph/graph-writer.js';
import type { Node } from '../../graph/node.js';
import { sizeOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { flatten, inputPosition, positions, windowOf } from '../../operators/window.js';
import type { Rewriting } from '../profile.js';

/** The places of the maxima of MaxPool, by comparing each tap of the windows with the maximum. */
export const maxPoolIndices: Rewriting = {
  operator: 'MaxPool',
  reason: 'the kernel gives no Indices',
  rewrite: ({ graph, node, inputs: [x], isRead }) => {
    if (!isRead(1)) return undefined;
    const [y] = graph.apply(node.operator, [x!], node.attributes, { name: node.name });
    return [y!, placesOf(graph, node, x!, y!)];
  },
};

/** int32 places in the whole of x, in row-major order; the first of the window where several entries are the maximum. */
function placesOf(graph: GraphWriter, node: Node, x: Value, y: Value): Value {
  const spatial = x.shape.slice(2);
  const window = windowOf(node, spatial, node.ints('kernel_shape') ?? []);
  const { kernel, strides, dilations, before, outputs } = window;
  const after = outputs.map((count, axis) => {
    const reached = (count - 1) * strides[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1;
    return Math.max(reached - before[axis]! - spatial[axis]!, 0);
  });
  const lowest = -3.4028234663852886e38;
  const padded = graph.pad(x, [0, 0, ...before], [0, 0, ...after], lowest);
  const integers = (values: ArrayLike<number>, shape: readonly number[]): Value =>
    graph.constant(values, shape, 'int32');
  const taps = [...positions(kernel)];
  // From the corner of each window, which may lie in the padding. NaN equals nothing: it is put at the first covered place.
  const corners = new Float64Array(sizeOf(outputs));
  const firsts = new Float64Array(sizeOf(outputs));
  const offsetOf = (tap: readonly number[]): number =>
    flatten(
      tap.map((place, axis) => place * dilations[axis]!),
      spatial,
    );
  for (const output of positions(outputs)) {
    const place = flatten(output, outputs);
    corners[place] = flatten(
      output.map((each, axis) => each * strides[axis]! - before[axis]!),
      spatial,
    );
    firsts[place] = offsetOf(taps.find((tap) => inputPosition(window, spatial, output, tap) !== undefined)!);
  }
  const axes = spatial.map((_, axis) => axis + 2);
  const offsets = taps.reduceRight(
    (found: Value, tap) => {
      const starts = tap.map((place, axis) => place * dilations[axis]!);
      const ends = starts.map((start, axis) => start + (outputs[axis]! - 1) * strides[axis]! + 1);
      const entries = graph.slice(padded, { starts, ends, axes, steps: strides });
      return graph.where(graph.equal(entries, y), integers([offsetOf(tap)], []), found);
    },
    integers(firsts, [1, 1, ...outputs]),
  );
  const [batch, channels] = x.shape as [number, number];
  const planes = Float64Array.from({ length: batch * channels }, (_, plane) => plane * sizeOf(spatial));
  const inPlane = graph.add(offsets, integers(corners, [1, 1, ...outputs]));
  return graph.add(inPlane, integers(planes, [batch, channels, ...outputs.map(() => 1)]));
}
