import type { Rewriting } from './rewrite-graph.js';

/**
 * What is written otherwise for ONNX Runtime's CPU, WebAssembly and CUDA providers.
 *
 * Softmax and LogSoftmax along an axis that is not the last: their kernels transpose the tensor first. On the CPU,
 * max, exp and sum along the axis take a fifth of the time (`npm run bench -- operators`).
 */
export const genericProfile: Readonly<Record<string, Rewriting>> = {
  Softmax: (graph, node, [x]) => {
    const axis = innerAxis(node.int('axis'), x!.rank);
    if (axis === undefined) return undefined;
    const exponential = graph.exp(graph.subtract(x!, graph.max(x!, [axis])));
    return [graph.multiply(exponential, graph.reciprocal(graph.sum(exponential, [axis])))];
  },
  LogSoftmax: (graph, node, [x]) => {
    const axis = innerAxis(node.int('axis'), x!.rank);
    if (axis === undefined) return undefined;
    const centred = graph.subtract(x!, graph.max(x!, [axis]));
    return [graph.subtract(centred, graph.log(graph.sum(graph.exp(centred), [axis])))];
  },
};

/** The axis when it is not the last. */
function innerAxis(axis: number, rank: number): number | undefined {
  const positive = axis < 0 ? axis + rank : axis;
  return positive === rank - 1 ? undefined : positive;
}
