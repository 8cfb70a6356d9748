import type { CalibrationCounts } from '../counting/calibration-counts.js';
import type { Metric } from './metric.js';

/** Gaps between accuracy and mean confidence of the bins that hold pixels, each with its share of them. */
function gapsOf({ bins }: CalibrationCounts): { readonly gap: number; readonly share: number }[] {
  const all = bins.reduce((sum, { total }) => sum + total, 0);
  return bins
    .filter(({ total }) => total > 0)
    .map(({ total, hits, confidence }) => ({ gap: Math.abs(hits / total - confidence), share: total / all }));
}

function ofGaps(
  name: string,
  combine: (gaps: ReturnType<typeof gapsOf>) => number,
): Metric<CalibrationCounts> {
  return {
    name,
    level: 'dataset',
    classes: 'the predicted class of each pixel',
    absent: 'NaN',
    of: (counts) => {
      const found = gapsOf(counts);
      return found.length === 0 ? NaN : combine(found);
    },
  };
}

/** Expected calibration error: `Σ_bins share · |accuracy − mean confidence|` (Guo et al. 2017). */
export const expectedCalibrationError = ofGaps('expected calibration error', (found) =>
  found.reduce((sum, { gap, share }) => sum + gap * share, 0),
);

/** Maximum calibration error: the largest gap of a bin that holds pixels. */
export const maximumCalibrationError = ofGaps('maximum calibration error', (found) =>
  Math.max(...found.map(({ gap }) => gap)),
);
