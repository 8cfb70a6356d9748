import { liveNodes } from '../graph/live-nodes.js';
import type { GraphWriter } from '../graph/graph-writer.js';
import { backpropagate, type Backpropagation } from './differentiate.js';
import type { Value } from '../graph/value.js';
import { recomputation } from './recomputation.js';
import { cutIntoSegments } from './segments.js';

/**
 * Into how many segments the forward pass is cut, only the borders of which are kept for the backward pass; `auto`
 * chooses the number that promises the lowest peak.
 */
export type Recompute = number | 'auto';

/**
 * The gradients of a scalar loss, and where they end.
 *
 * @throws RangeError when `recompute` is neither `auto` nor a positive integer.
 */
export function lossGradients(
  graph: GraphWriter,
  loss: Value,
  inputs: readonly Value[],
  recompute: Recompute = 1,
): Backpropagation {
  if (recompute !== 'auto' && !(Number.isSafeInteger(recompute) && recompute > 0)) {
    throw new RangeError(
      `recompute is ${String(recompute)}, expected 'auto' or a positive number of segments`,
    );
  }
  const segments = cutIntoSegments(liveNodes([loss]), recompute);
  const outputs = [{ output: loss, cotangent: graph.constant([1], loss.shape, loss.dataType) }];
  return backpropagate(graph, outputs, inputs, recomputation(graph, segments));
}
