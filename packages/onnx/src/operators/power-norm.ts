import type { GraphWriter } from '../graph/graph-writer.js';
import type { Value } from '../graph/value.js';

/**
 * (Σ |x|ᵖ)^(1/p), where `sum` adds what belongs together. Where the norm is 0 its gradient is 0, as in PyTorch; the
 * root alone would give NaN.
 */
export function powerNorm(graph: GraphWriter, x: Value, p: number, sum: (x: Value) => Value): Value {
  if (p === 1) return sum(graph.abs(x));
  const total = sum(p === 2 ? graph.multiply(x, x) : graph.power(graph.abs(x), p));
  const positive = graph.greater(total, 0);
  const root = graph.power(graph.where(positive, total, 1), 1 / p);
  return graph.multiply(root, graph.cast(positive, x.dataType));
}
