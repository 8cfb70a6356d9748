import { forEachPixel } from './for-each-pixel.js';
import type { Pass } from './pass.js';
import { binaryProblem, clearGradient, type Weighting } from './weighting.js';

/**
 * The soft Jaccard loss 1 − I/U of one binary problem, I = Σ f·y and U = Σ (f + y − f·y) over its valid pixels, and its
 * gradient to the probabilities: −1/U of foreground, I/U² of background.
 *
 * @param weighting of probabilities or their errors.
 * @param q the problem.
 * @returns factor · loss.
 */
export const softJaccardWeights: Pass<Weighting> = {
  count: ({ factors }) => factors.length,
  run: weighBySoftJaccard,
};

function weighBySoftJaccard(weighting: Weighting, q: number): number {
  const problem = binaryProblem(weighting, q);
  const { errors, gradient, isProbability } = weighting;
  const { factor, total } = problem;
  if (factor === 0) {
    clearGradient(gradient, problem);
    return 0;
  }
  let missed = 0;
  let wronglyFound = 0;
  forEachPixel(weighting, q, (place, label) => {
    const entry = errors[place]!;
    if (label === 0) wronglyFound += entry;
    else if (label === 1) missed += isProbability ? 1 - entry : entry;
  });
  const intersection = total - missed;
  // Where U is 0 nothing is wrong.
  const union = total + wronglyFound || 1;
  const gradientOf = [(factor * intersection) / union / union, -factor / union] as const;
  forEachPixel(weighting, q, (place, label) => {
    gradient[place] = label === undefined ? 0 : gradientOf[label];
  });
  return (factor * (missed + wronglyFound)) / union;
}
