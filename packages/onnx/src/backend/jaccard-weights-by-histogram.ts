import type { GraphBuilder } from '../builder/graph-builder.js';
import { sizeOf } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';

/**
 * The Lovász weights by counting instead of sorting: they depend on the order of the errors only through two integers,
 * how many foreground and how many background pixels lie above.
 *
 * Errors fall into bins by a monotone map, b = ⌊K·(m/(1 + m))^¼⌋, whose bins are narrow near m = 0 where a trained
 * network has nearly all of its pixels. The pixels of one bin are a tie. With U₀ and I₀ the union and the
 * intersection above the bin, and U₁ and I₁ below it, a tie takes the mean of its two extreme orders, foreground first
 * and background first:
 *
 *     foreground  (1/U₀ + 1/U₁) / 2          background  (I₀ + I₁) / (2·U₀·U₁)
 *
 * Both orders, and so their mean, give the bin exactly its drop of the Jaccard index: the weights still sum to 1. Without
 * any foreground, the highest bin shares the weight 1.
 *
 * @param binCount K, the number of bins of each problem.
 */
export function jaccardWeightsByHistogram(
  graph: GraphBuilder,
  errors: Value,
  foreground: Value,
  valid: Value,
  binCount: number,
): Value {
  const { shape } = errors;
  const pixels = shape.at(-1)!;
  const rows = sizeOf(shape.slice(0, -1));
  const squashed = graph.divide(errors, graph.add(errors, 1));
  const position = graph.multiply(graph.sqrt(graph.sqrt(squashed)), binCount);
  // Clipped as an integer, so that a NaN among the errors cannot address anything; it still reaches the loss.
  const bin = graph.only('Clip', [
    graph.cast(position, 'int32'),
    graph.constant(0, [], 'int32'),
    graph.constant(binCount - 1, [], 'int32'),
  ]);
  // Background and foreground are counted at once, in two halves of one table.
  const half = graph.multiply(graph.cast(foreground, 'int32'), binCount);
  const place = graph.reshape(graph.add(bin, half), [rows, pixels]);
  const counted = graph.reshape(graph.expand(valid, shape), [rows, pixels]);
  const counts = graph.only('ScatterElements', [graph.fill(0, [rows, 2 * binCount]), place, counted], {
    axis: 1,
    reduction: 'add',
  });
  const [background, positive] = graph.split(counts, [binCount, binCount], 1) as [Value, Value];

  const total = graph.sum(positive, [1]);
  const atAndAbove = (count: Value): Value =>
    graph.only('CumSum', [count, graph.constant(1, [], 'int64')], { reverse: 1 });
  const union1 = graph.add(total, atAndAbove(background));
  const union0 = graph.subtract(union1, background);
  const intersection1 = graph.subtract(total, atAndAbove(positive));
  const intersections = graph.add(graph.add(intersection1, intersection1), positive);
  const anyForeground = graph.greater(total, 0);
  const one = (union: Value): Value => graph.where(graph.greater(union, 0), union, 1);
  const [safe0, safe1] = [one(union0), one(union1)];
  const foregroundWeight = graph.multiply(graph.add(graph.reciprocal(safe0), graph.reciprocal(safe1)), 0.5);
  const highest = graph.only('And', [graph.equal(union0, 0), graph.greater(background, 0)]);
  const backgroundWeight = graph.where(
    anyForeground,
    graph.divide(graph.divide(graph.multiply(intersections, 0.5), safe0), safe1),
    graph.where(highest, graph.reciprocal(graph.where(highest, background, 1)), 0),
  );
  const table = graph.concat([backgroundWeight, foregroundWeight], 1);
  const weights = graph.reshape(graph.only('GatherElements', [table, place], { axis: 1 }), shape);
  return graph.multiply(weights, valid);
}
