import type { TensorBackend } from './tensor-backend.js';

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
 * @param backend a backend that has {@link TensorBackend.counting}.
 * @param errors pixel errors m ≥ 0, `[..., pixels]`.
 * @param foreground mask of the same shape, read under `valid` only.
 * @param valid mask that broadcasts to the same shape.
 * @param binCount K, the number of bins of each problem.
 * @returns weights of the shape of `errors`, 0 at ignored pixels.
 * @throws TypeError when the backend cannot count.
 * @example
 * const weights = jaccardWeightsByHistogram(
 *   referenceBackend,
 *   referenceTensor([0.9, 0.2], [2]),
 *   referenceTensor([0, 1], [2]),
 *   referenceTensor(1),
 *   1024,
 * ); // 0.5, 0.5
 */
export function jaccardWeightsByHistogram<T>(
  backend: TensorBackend<T>,
  errors: T,
  foreground: T,
  valid: T,
  binCount: number,
): T {
  const { counting } = backend;
  if (counting === undefined) {
    throw new TypeError(`backend "${backend.capabilities.name}" has no counting operations`);
  }
  const one = backend.constant(1);
  const zero = backend.constant(0);
  const half = backend.constant(0.5);

  // Below K by more than a rounding error, so that the largest error is in the highest bin.
  const highest = backend.constant(binCount * (1 - 2 ** -20));
  const squashed = backend.divide(errors, backend.add(errors, one));
  const bins = counting.floor(backend.multiply(counting.sqrt(counting.sqrt(squashed)), highest));
  // Background and foreground are counted at once, in two halves of one table.
  const places = backend.add(bins, backend.multiply(foreground, backend.constant(binCount)));
  const table = counting.scatterAdd(valid, places, 2 * binCount);
  const leading = backend
    .shape(errors)
    .slice(0, -1)
    .map((length) => (typeof length === 'string' ? -1 : length));
  const counts = backend.reshape(table, [...leading, 2, binCount]);

  const axis = leading.length;
  const ofBackground = backend.constant([1, 0], [2, 1]);
  const ofForeground = backend.constant([0, 1], [2, 1]);
  const pick = (x: T, which: T): T => backend.sum(backend.multiply(x, which), [axis]);
  const background = pick(counts, ofBackground);
  const positives = pick(counts, ofForeground);
  const atAndAbove = counting.suffixSum(counts);
  const total = backend.sum(positives, [axis + 1]);
  const union1 = backend.add(total, pick(atAndAbove, ofBackground));
  const union0 = backend.subtract(union1, background);
  const intersection1 = backend.subtract(total, pick(atAndAbove, ofForeground));
  const intersections = backend.add(backend.add(intersection1, intersection1), positives);

  const positive = (x: T): T => backend.where(backend.greater(x, zero), x, one);
  const [safe0, safe1] = [positive(union0), positive(union1)];
  const foregroundWeights = backend.multiply(
    backend.add(backend.divide(one, safe0), backend.divide(one, safe1)),
    half,
  );
  const isHighest = backend.multiply(backend.equal(union0, zero), backend.greater(background, zero));
  const backgroundWeights = backend.where(
    backend.greater(total, zero),
    backend.divide(backend.divide(backend.multiply(intersections, half), safe0), safe1),
    backend.divide(isHighest, positive(background)),
  );
  const weights = backend.where(ofForeground, foregroundWeights, backgroundWeights);
  return backend.multiply(
    counting.gather(backend.reshape(weights, [...leading, 2 * binCount]), places),
    valid,
  );
}
