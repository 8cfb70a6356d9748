import type { BinaryScores } from './binary-passes.js';
import { forEachPixel } from './for-each-pixel.js';
import type { Pass } from './pass.js';

/**
 * The hinge loss of one problem, factor · Σ max(0, 1 − F·y), and its gradient to the scores.
 *
 * @param scores the factor of the problem is the weight of each of its pixels.
 * @param q the problem.
 */
export const hinge: Pass<BinaryScores> = { count: ({ weighting }) => weighting.factors.length, run: hingeOf };

function hingeOf({ weighting, logits }: BinaryScores, q: number): number {
  const { gradient, factors } = weighting;
  const factor = factors[q]!;
  let sum = 0;
  forEachPixel(weighting, q, (place, label) => {
    const sign = label === undefined ? 0 : 2 * label - 1;
    const margin = 1 - sign * logits[place]!;
    const isWrong = sign !== 0 && margin > 0;
    if (isWrong) sum += margin;
    gradient[place] = isWrong ? -sign * factor : 0;
  });
  return factor === 0 ? 0 : factor * sum;
}
