import type { LossCall } from './loss-call.js';

/** The version of the tensor interface that this package is written for: 1 more with every change that adapters notice. */
export const interfaceVersion = 1;

/**
 * The tensor interface: all that a framework must offer for the losses of this package to run on it.
 *
 * The tensor type `T` is opaque. It may be an eager array, a tensor of a framework, or a value in a graph under
 * construction. The losses are therefore written without control flow that depends on data: an absent class or an
 * ignored pixel is a zero in a mask, never a branch.
 *
 * Conventions that every member follows:
 * - Every tensor has the backend's one floating-point type. A mask holds exactly 0 or 1. Labels hold whole numbers.
 * - Binary operations broadcast as NumPy does.
 * - Operations are differentiable by the backend's own means unless their description says otherwise; the results of the
 *   others are constants, with derivative 0.
 * - Axes count from 0 and are never negative.
 */
export interface TensorBackend<T> {
  /** What is true of this backend. */
  readonly capabilities: Capabilities;

  /** The dimensions of `x`; a name stands for one that is not known while a graph is built. */
  shape(x: T): readonly Dimension[];

  /** A tensor of the given values in row-major order. A single number makes a scalar. */
  constant(values: number | ArrayLike<number>, shape?: readonly number[]): T;

  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;

  /** max(x, 0), with derivative 0 at 0. */
  relu(x: T): T;
  exp(x: T): T;
  log(x: T): T;

  /** 1 where a > b, else 0. Not differentiable. */
  greater(a: T, b: T): T;
  /** 1 where a = b, else 0. Not differentiable. */
  equal(a: T, b: T): T;
  /** `a` where the mask is 1, `b` where it is 0: what is not taken has no influence, even when it is NaN. */
  where(mask: T, a: T, b: T): T;

  /** The sum over `axes`, which stay as dimensions of length 1. */
  sum(x: T, axes: readonly number[]): T;

  /** The same entries in another shape; at most one dimension may be −1 and is then inferred. */
  reshape(x: T, shape: readonly number[]): T;
  transpose(x: T, permutation: readonly number[]): T;

  /** eˣ / Σ eˣ along one axis (Eq. 2), without overflow. */
  softmax(x: T, axis: number): T;
  /** x − log Σ eˣ along one axis, without overflow. */
  logSoftmax(x: T, axis: number): T;

  /** The same value, held constant by differentiation. */
  stopGradient(x: T): T;

  /**
   * The Lovász weights of the Jaccard loss: the gradient of Algorithm 1, in the order of the input.
   *
   * This is the one coarse operation, so that each device can compute it in its own best way. A backend that can sort
   * and scan delegates to {@link jaccardWeightsBySorting}. Callers treat the result as a constant.
   *
   * @param errors pixel errors m ≥ 0, `[..., pixels]`; every leading index is a problem of its own.
   * @param foreground mask of the same shape: 1 where the label is the class at hand. It is read under `valid` only.
   * @param valid mask that broadcasts to the same shape: 0 where a pixel is ignored.
   * @returns weights of the shape of `errors`: 0 at ignored pixels, and of sum 1 where any pixel is valid.
   */
  jaccardWeights(errors: T, foreground: T, valid: T): T;

  /** The small operations that {@link jaccardWeightsBySorting} is made of. */
  readonly sorting?: SortingOperations<T> | undefined;
  /** The small operations that {@link jaccardWeightsByHistogram} is made of. */
  readonly counting?: CountingOperations<T> | undefined;

  /**
   * A whole loss at once: a scalar that the framework differentiates to the gradient of the loss. With it an eager framework
   * hands a loss to kernels, such as `kernelLoss`, which give value and gradient together.
   *
   * Losses ask for it before they do anything else but check options and shapes, unless their result is no scalar.
   *
   * @returns undefined for a loss that is to be made of the other operations.
   */
  wholeLoss?(call: LossCall<T>): T | undefined;

  /**
   * The entries of `x` in row-major order, for checks and tests; there when `capabilities.reads` is not `none`. A loss
   * never reads.
   *
   * @returns the entries, or a promise of them when reads are `async`.
   */
  read?(x: T): ArrayLike<number> | Promise<ArrayLike<number>>;
}

/** A dimension: its length, or the name of a length that is only known when a graph runs. */
export type Dimension = number | string;

/** Facts about a backend that its users may rely on. */
export interface Capabilities {
  /** The version of the interface that the backend was written for. */
  readonly interfaceVersion: typeof interfaceVersion;
  /** The name by which messages refer to the backend. */
  readonly name: string;
  /** Bits of its floating-point type. */
  readonly precision: 16 | 32 | 64;
  /** `eager` computes at once; `symbolic` writes a graph. */
  readonly execution: 'eager' | 'symbolic';
  /** How entries are read: not at all, as in a graph that runs later; at once; or by a promise, as from a GPU. */
  readonly reads: 'none' | 'sync' | 'async';
  /** The largest n for which all integers 0…n are exact: the most pixels that can be counted. */
  readonly largestExactInteger: number;
}

/** Sorting and scanning along the last axis. None of them needs a derivative. */
export interface SortingOperations<T> {
  /** Values in decreasing order along the last axis, and where each came from. Equal values keep their order. */
  sortDescending(x: T): { values: T; indices: T };
  /** Running sums along the last axis, the entry itself included. Exact on masks. */
  cumulativeSum(x: T): T;
  /** `y[..., k] = x[..., indices[..., k]]`. */
  gather(x: T, indices: T): T;
  /** The inverse of {@link gather} for a permutation: `y[..., indices[..., k]] = x[..., k]`. */
  scatter(x: T, indices: T): T;
}

/**
 * Counting in tables along the last axis. None of the operations needs a derivative.
 *
 * Indices are whole numbers in 0…length − 1. What a NaN among them addresses is up to the backend, as long as it is an
 * entry of the table.
 */
export interface CountingOperations<T> {
  sqrt(x: T): T;
  /** The largest whole number that is at most x. */
  floor(x: T): T;
  /**
   * Tables of sums: `y[..., i] = Σ x[..., k]` over all k with `indices[..., k] = i`, for i in 0…length − 1. Exact on masks.
   *
   * @param x broadcasts to the shape of the indices.
   */
  scatterAdd(x: T, indices: T, length: number): T;
  /** The sums of each entry and all after it along the last axis. Exact on counts. */
  suffixSum(x: T): T;
  /** `y[..., k] = table[..., indices[..., k]]`; the tables are as many as the rows of indices. */
  gather(table: T, indices: T): T;
}
