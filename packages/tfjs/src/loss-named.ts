import type { LossName } from '@lovasz/core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { computeLoss } from './compute-loss.js';
import type { LossOptionsOf, OnTensors } from './options.js';

/** A loss on tensors: a scalar, unless its parts are asked for. */
export interface TensorLoss<Options> {
  (
    input: Tensor,
    labels: Tensor,
    options?: OnTensors<Options> & { readonly reduction?: 'mean' | undefined },
  ): Scalar;
  (input: Tensor, labels: Tensor, options?: OnTensors<Options>): Tensor;
}

/** The loss of `@lovasz/core` of that name, on tensors. */
export function lossNamed<Name extends LossName>(name: Name): TensorLoss<LossOptionsOf<Name>> {
  return (input, labels, options = {}) =>
    computeLoss(name, input, labels, options as LossOptionsOf<Name>) as Scalar;
}
