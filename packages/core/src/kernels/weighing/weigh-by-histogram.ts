import { allBins, probabilityBins } from '../engines/bins.js';
import type { Binning } from '../passes/histogram-passes.js';
import type { RunPass } from '../passes/passes.js';
import { binaryProblem, type Weighting } from '../passes/weighting.js';
import type { Scratch } from '../input/scratch.js';

/** Pixels of one problem that are counted as one task. */
const segmentPixels = 1 << 22;
/** Problems are binned together as long as their tables are no more than this, one megabyte each. */
const mostTables = 32;

/**
 * The Lovász weights of all problems by counting in bins, in two passes over the pixels and none of sorting.
 *
 * A bin is a range of the bits of the float32 error, and the pixels of one bin are a tie. The loss is Σ m·w with the
 * errors themselves. It is never above the exact loss L (but for rounding), which is the largest of Σ m·w over all
 * orders; and L − loss ≤ 2⁻¹⁰·L for errors of at least 1e-38, since the errors of a bin differ by at most 2⁻¹⁰ of
 * themselves and their weights have the same sum either way. With b background pixels in the bin and U₀ the union above
 * it, the weight of a foreground pixel is off by at most b / (2·U₀) of itself; a pixel alone in its bin has its exact
 * weight.
 *
 * @param weighting of errors that are finite and ≥ 0, or, with `refuse`, of any numbers that should be probabilities.
 * @param refuse is called when entries may be outside 0…1, before anything has been written.
 * @returns Σ factor · loss.
 */
export function weighByHistogram(
  run: RunPass,
  weighting: Weighting,
  scratch: Scratch,
  refuse?: () => void,
): number {
  const problems = weighting.factors.length;
  const { images, pixels } = binaryProblem(weighting, 0);
  const segments = Math.max(1, Math.floor((images * pixels) / segmentPixels));
  const atOnce = Math.min(problems, Math.max(1, Math.floor(mostTables / segments)));
  const isChecked = refuse !== undefined;
  if (isChecked && atOnce < problems) {
    const lowest = new Int32Array(0);
    if (run('lowestErrors', { weighting, isChecked, lowest }).includes(-1)) refuse();
  }
  const bins = weighting.areAtMostOne ? probabilityBins : allBins;
  const lowestBins = scratch.int32(atOnce * segments);
  const tables = scratch.int32(2 * atOnce * segments * bins);
  let loss = 0;
  for (let firstProblem = 0; firstProblem < problems; firstProblem += atOnce) {
    const binning: Binning = {
      weighting,
      isChecked: isChecked && atOnce === problems,
      firstProblem,
      problems: Math.min(atOnce, problems - firstProblem),
      segments,
      bins,
      lowestBins,
      tables,
    };
    if (run('binCounts', binning).includes(1)) refuse?.();
    run('binWeights', binning);
    for (const part of run('weightLookups', binning)) loss += part;
  }
  return loss;
}
