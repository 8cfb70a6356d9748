import type { LossName } from '@lovasz/core';

/** A loss and its options; `jaccard-weights` is the Lovász extension as a function of its errors. */
export interface LossCall {
  readonly name: LossName | 'jaccard-weights';
  readonly options: Readonly<Record<string, unknown>>;
}

/** Numbers in row-major order and their shape. */
export interface NumericArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}
