import type { TensorBackend, Values } from '@lovasz/core';

/** A loss written over the tensor interface, of an input to differentiate for and labels. */
export type BackendLoss = <T>(backend: TensorBackend<T>, input: T, labels: T) => T;

/** What an adapter computes of a loss. */
export interface Evaluation {
  readonly value: number;
  /** The gradient to the input, its entries in the order of the input. */
  readonly gradient: ArrayLike<number>;
}

/** What is tested: a tensor backend, together with its framework's way to differentiate and to read numbers. */
export interface Adapter {
  readonly name: string;
  /**
   * Calls the loss with the adapter's backend on tensors of these numbers, and differentiates for the input.
   *
   * @param loss returns a tensor of one entry.
   * @param input the first argument of the loss.
   * @param labels whole numbers, the second argument.
   */
  evaluate(loss: BackendLoss, input: Values, labels: Values): Evaluation | Promise<Evaluation>;
}
