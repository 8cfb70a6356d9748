import type { RunPass } from '../passes/passes.js';
import type { Weighting } from '../passes/weighting.js';
import type { Scratch } from '../input/scratch.js';

/**
 * The exact Lovász weights of all problems.
 *
 * @param weighting of errors that are finite and ≥ 0, or, with `refuse`, of any numbers that should be probabilities.
 * @param refuse is called when entries may be outside 0…1, before anything has been written.
 * @returns Σ factor · loss.
 */
export function weighBySorting(
  run: RunPass,
  weighting: Weighting,
  scratch: Scratch,
  refuse?: () => void,
): number {
  const lowest = scratch.int32(weighting.factors.length);
  const sorting = { weighting, isChecked: refuse !== undefined, lowest };
  const found = run('lowestErrors', sorting);
  if (found.includes(-1)) refuse?.();
  lowest.set(found);
  return run('exactWeights', sorting).reduce((sum, loss) => sum + loss, 0);
}
