import { engineNamed, engineOf } from '../engines/engine-of.js';
import { mostSortedPixels } from '../engines/webassembly-engine.js';
import { countBlocks, visitBlocks, writeStrided } from './blocks.js';
import type { Pass } from './pass.js';
import { binaryProblem, clearGradient, type Weighting } from './weighting.js';

/** Problems to be weighed by sorting. */
export interface Sorting {
  readonly weighting: Weighting;
  /** Whether entries outside 0…1 are looked for. */
  readonly isChecked: boolean;
  /** The bits of the lowest foreground error of each problem; 0x7fffffff if there is none. */
  readonly lowest: Int32Array;
}

/**
 * The bits of the lowest foreground error of problem q, 0x7fffffff if there is none; −1 if an entry is no probability
 * and that is to be found.
 */
export const lowestErrors: Pass<Sorting> = {
  count: ({ weighting }) => weighting.factors.length,
  run: findLowestError,
};

function findLowestError({ weighting, isChecked }: Sorting, q: number): number {
  const problem = binaryProblem(weighting, q);
  if (problem.factor === 0 && !isChecked) return 0x7fffffff;
  const engine = engineOf(weighting);
  let lowest = 0x7fffffff;
  visitBlocks(engine, weighting, problem, [0, countBlocks(problem)], (block) => {
    lowest = Math.min(lowest, engine.findLowestError(block, isChecked));
  });
  return lowest;
}

/**
 * The exact Lovász weights of one binary problem: a radix sort of the float32 errors by their bits, then the weights
 * from running counts. Equal errors share their weight.
 *
 * Background pixels below every foreground error have weight 0 and are not sorted.
 *
 * @param sorting of errors that are finite and ≥ 0.
 * @param q the problem.
 * @returns factor · loss.
 */
export const exactWeights: Pass<Sorting> = {
  count: ({ weighting }) => weighting.factors.length,
  run: weighBySorting,
};

function weighBySorting({ weighting, lowest: lowestOf }: Sorting, q: number): number {
  const problem = binaryProblem(weighting, q);
  const { gradient } = weighting;
  const { images, pixels, pixelStride, imageStride, origin, total, factor } = problem;
  if (factor === 0) {
    clearGradient(gradient, problem);
    return 0;
  }
  const engine = engineNamed(images * pixels > mostSortedPixels ? 'javascript' : weighting.engine);
  const lowest = total === 0 ? 0 : lowestOf[q]!;
  engine.reservePixels(images * pixels);
  let count = 0;
  visitBlocks(engine, weighting, problem, [0, countBlocks(problem)], (block) => {
    count = engine.collectPixels(block, lowest, block.first, count);
  });
  engine.sortPixels(count, lowest);
  const loss = engine.weighPixels(count, total, factor, weighting.flatAtZero);
  const weights = engine.pixelWeights();
  for (let image = 0; image < images; image++) {
    const ofImage = weights.subarray(image * pixels, (image + 1) * pixels);
    writeStrided(ofImage, gradient, origin + image * imageStride, pixelStride);
  }
  return loss;
}
