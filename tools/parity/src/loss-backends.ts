import { referenceTensor, type TensorBackend, valueAndGradient } from '@lovasz/core';

/** A loss of scores and labels with its options already in it. */
export type BoundLoss = <T>(backend: TensorBackend<T>, input: T, labels: T) => T;

/** Numbers in row-major order and their shape. */
export interface NumericArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What computes a loss and its gradient. */
export interface LossBackend {
  /** The largest error accepted: of the value relative to max(1, |value|), of gradients relative to the largest. */
  readonly tolerance: number;
  /** The value of the loss and its gradient to the input, in row-major order. */
  evaluate(
    loss: BoundLoss,
    input: NumericArray,
    labels: NumericArray,
  ): Promise<{ readonly value: number; readonly gradient: ArrayLike<number> }>;
}

/** The backends that losses can be compared on, by name. */
export const lossBackends: Readonly<Record<string, LossBackend>> = {
  reference: {
    tolerance: 1e-12,
    evaluate: async (loss, input, labels) => {
      const labelTensor = referenceTensor(labels.data, labels.shape);
      const { value, gradients } = valueAndGradient(
        (backend, variable) => loss(backend, variable!, labelTensor),
        [referenceTensor(input.data, input.shape)],
      );
      return { value, gradient: gradients[0]!.data };
    },
  },
};
