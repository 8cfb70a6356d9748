import {
  interfaceVersion,
  jaccardWeightsByHistogram,
  jaccardWeightsBySorting,
  type JaccardMethod,
  type TensorBackend,
} from '@lovasz/core';
import type { GraphWriter } from '../graph/graph-writer.js';
import type { Value } from '../graph/value.js';
import { countingOperations } from './counting-operations.js';
import { sortingOperations } from './sorting-operations.js';

/** From this many pixels on, `auto` counts instead of sorting. */
const fewestPixelsForHistogram = 1 << 15;

/**
 * The tensor interface of `@lovasz/core` over an ONNX graph under construction: losses written for it become nodes of
 * the graph.
 *
 * @param graph where the nodes are written. Tensors are its float32 values; labels of integer type must be cast first.
 * @param options.method `exact` sorts all pixels by TopK; `histogram` counts them in bins, which takes linear time and
 *   shares the weight within a bin; `auto` sorts up to 32,767 pixels and counts from there on.
 * @param options.bins how many bins the histogram has for each problem: fewer take less memory, and tie more pixels.
 *   Default 65,536.
 * @throws RangeError for `bins` that are no integer ≥ 2.
 *
 * @example
 * const backend = createOnnxBackend(graph);
 * const loss = lovaszSoftmax(backend, logits, graph.cast(labels, 'float32'), { ignoreIndex: 255 });
 */
export function createOnnxBackend(
  graph: GraphWriter,
  options: { readonly method?: JaccardMethod | undefined; readonly bins?: number | undefined } = {},
): TensorBackend<Value> {
  const { method = 'auto', bins = 1 << 16 } = options;
  if (!Number.isInteger(bins) || bins < 2) throw new RangeError(`bins is ${bins}; expected an integer ≥ 2`);
  const mask = (condition: Value): Value => graph.cast(condition, 'float32');
  const backend: TensorBackend<Value> = {
    capabilities: {
      interfaceVersion,
      name: 'onnx',
      precision: 32,
      execution: 'symbolic',
      reads: 'none',
      largestExactInteger: 2 ** 24,
    },
    sorting: sortingOperations(graph),
    counting: countingOperations(graph),
    shape: (x) => x.shape,
    constant: (values, shape) => graph.constant(values, shape),
    add: (a, b) => graph.add(a, b),
    subtract: (a, b) => graph.subtract(a, b),
    multiply: (a, b) => graph.multiply(a, b),
    divide: (a, b) => graph.divide(a, b),
    relu: (x) => graph.relu(x),
    exp: (x) => graph.exp(x),
    log: (x) => graph.log(x),
    greater: (a, b) => mask(graph.greater(a, b)),
    equal: (a, b) => mask(graph.equal(a, b)),
    where: (condition, a, b) => graph.where(graph.cast(condition, 'bool'), a, b),
    sum: (x, axes) => graph.sum(x, axes),
    reshape: (x, shape) => graph.reshape(x, shape),
    transpose: (x, permutation) => graph.transpose(x, permutation),
    softmax: (x, axis) => graph.only('Softmax', [x], { axis }),
    logSoftmax: (x, axis) => graph.only('LogSoftmax', [x], { axis }),
    stopGradient: (x) => graph.stopGradient(x),
    jaccardWeights: (errors, foreground, valid) => {
      const pixels = errors.shape.at(-1)!;
      const count = method === 'histogram' || (method === 'auto' && pixels >= fewestPixelsForHistogram);
      return count
        ? jaccardWeightsByHistogram(backend, errors, foreground, valid, bins)
        : jaccardWeightsBySorting(backend, errors, foreground, valid);
    },
  };
  return backend;
}
