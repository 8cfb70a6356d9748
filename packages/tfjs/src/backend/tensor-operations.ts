import { interfaceVersion, type TensorBackend } from '@lovasz/core';
import {
  add,
  cast,
  customGrad,
  div,
  equal,
  exp,
  greater,
  keep,
  log,
  logSoftmax,
  mul,
  relu,
  reshape,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { jaccardWeights } from './jaccard-weights.js';
import { toFloat } from './to-float.js';

/**
 * The tensor interface by operations of TensorFlow.js: the readable adapter. Losses that are not handed over to kernels as
 * a whole are made of these.
 *
 * Each operation runs on the backend that is set. `read` downloads; no loss calls it.
 *
 * @example
 * const loss = tf.tidy(() => lossesByName['hinge'](tensorOperations, tf.tensor1d([2, -1]), tf.tensor1d([1, 1])));
 * loss.dataSync()[0]; // 1
 */
export const tensorOperations: TensorBackend<Tensor> = {
  capabilities: {
    interfaceVersion,
    name: 'tfjs',
    precision: 32,
    execution: 'eager',
    reads: 'async',
    largestExactInteger: 2 ** 24,
  },
  read: async (x) => {
    // What is read may be disposed of meanwhile.
    const kept = keep(x.clone());
    try {
      return await kept.data<'float32'>();
    } finally {
      kept.dispose();
    }
  },
  shape: (x) => x.shape,
  constant: (values, shape) =>
    tensor(
      typeof values === 'number' ? [values] : Float32Array.from(values),
      [...(shape ?? (typeof values === 'number' ? [] : [values.length]))],
      'float32',
    ),
  add,
  subtract: sub,
  multiply: mul,
  divide: div,
  relu,
  exp,
  log,
  greater: held((a, b) => toFloat(greater(a!, b!))),
  equal: held((a, b) => toFloat(equal(a!, b!))),
  where: (mask, a, b) => where(cast(mask, 'bool'), a, b),
  sum: (x, axes) => sum(x, [...axes], true),
  reshape: (x, shape) => reshape(x, [...shape]),
  transpose: (x, permutation) => transpose(x, [...permutation]),
  softmax: alongLastAxis(softmax),
  logSoftmax: alongLastAxis(logSoftmax),
  stopGradient: held((x) => x!.clone()),
  jaccardWeights: held((errors, foreground, valid) => jaccardWeights(errors!, foreground!, valid!)),
};

/** The operation with derivative 0 to every operand: TensorFlow.js has none of its own for comparisons. */
function held(operation: (...operands: readonly Tensor[]) => Tensor): (...operands: Tensor[]) => Tensor {
  return (...operands) =>
    customGrad((...given) => ({
      // The last one given saves tensors for the gradient.
      value: operation(...(given.slice(0, operands.length) as Tensor[])),
      gradFunc: () => operands.map((each) => zerosLike(each)),
    }))(...operands);
}

/** TensorFlow.js normalizes along the last axis only. */
function alongLastAxis(operation: (x: Tensor) => Tensor): (x: Tensor, axis: number) => Tensor {
  return (x, axis) => {
    const last = x.rank - 1;
    if (axis === last) return operation(x);
    const swapped = Array.from(x.shape.keys());
    [swapped[axis], swapped[last]] = [last, axis];
    return transpose(operation(transpose(x, swapped)), swapped);
  };
}
