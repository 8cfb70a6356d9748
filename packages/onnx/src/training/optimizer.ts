import type { GraphWriter } from '../graph/graph-writer.js';
import type { Value } from '../graph/value.js';

/** What an optimizer reads at one step. All values are flat vectors over every trained weight. */
export interface UpdateRequest {
  readonly graph: GraphWriter;
  readonly parameters: Value;
  readonly gradient: Value;
  /** One vector for each of {@link Optimizer.moments}, in their order. */
  readonly moments: readonly Value[];
  /** A scalar for each of {@link Optimizer.scalars}, by name. */
  readonly scalars: Readonly<Record<string, Value>>;
}

/**
 * An update rule, written as graph nodes over flat vectors: a handful of elementwise operators however many weights
 * there are.
 */
export interface Optimizer {
  readonly name: string;
  /** Its settings, as a checkpoint records them. */
  readonly settings: Readonly<Record<string, number>>;
  /** The vectors it carries from step to step, besides the weights. They start at zero. */
  readonly moments: readonly string[];
  /** The scalars it is fed at every step. */
  readonly scalars: readonly string[];
  /** The values of those scalars at a step, counted from 1. */
  scalarsAt(step: number, learningRate: number): Readonly<Record<string, number>>;
  /**
   * The same as expressions of `learning_rate` and `step` that are valid in JavaScript and in Python, for those who feed
   * the graphs from elsewhere.
   */
  readonly scalarFormulas: Readonly<Record<string, string>>;
  update(request: UpdateRequest): { readonly parameters: Value; readonly moments: readonly Value[] };
}

/** The gradient plus weightDecay × weights: L2 regularization, as PyTorch's `weight_decay`. */
export function decayedGradient({ graph, gradient, parameters }: UpdateRequest, weightDecay: number): Value {
  return weightDecay === 0 ? gradient : graph.add(gradient, graph.multiply(parameters, weightDecay));
}

/** Throws unless `value` is a number in [low, high) or, without `high`, at least `low`. */
export function checkSetting(name: string, value: number, low: number, high = Infinity): void {
  if (!(value >= low && value < high)) {
    const range = high === Infinity ? `a finite number of at least ${low}` : `a number in [${low}, ${high})`;
    throw new RangeError(`${name} is ${value}, expected ${range}`);
  }
}
