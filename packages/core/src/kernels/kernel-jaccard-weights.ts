import { checkMasks } from '../checks/check-masks.js';
import type { JaccardMethod } from '../jaccard/jaccard-method.js';
import { ownScratch } from './input/scratch.js';
import { checkMethod, settleMethod } from './weighing/settle-method.js';
import { engineNamed } from './engines/engine-of.js';
import { runHere } from './passes/passes.js';
import { layoutWithoutClasses } from './input/pixel-layout.js';
import { binaryLabels } from './input/pixel-labels.js';
import { weighByHistogram } from './weighing/weigh-by-histogram.js';
import { weighBySorting } from './weighing/weigh-by-sorting.js';
import type { Weighting } from './passes/weighting.js';

/** The label of pixels that are not valid. */
const ignored = 2;

/**
 * The Lovász weights of one binary problem on float32 arrays: `jaccardWeights` of the reference, fast, and with equal
 * errors sharing their weight.
 *
 * @param errors pixel errors ≥ 0, one per pixel.
 * @param foreground nonzero where the pixel is foreground.
 * @param options.valid zero where the pixel is ignored; every pixel is valid when it is left out.
 * @param options.method how the weights are found. Default `auto`.
 * @returns one weight per pixel: at least 0, of sum 1 if any pixel is valid, 0 where ignored.
 * @throws RangeError when the lengths differ, or an error is negative or not finite.
 * @throws TypeError for an unknown method.
 * @example
 * kernelJaccardWeights(Float32Array.of(0.9, 0.2), [0, 1]); // Float32Array [0.5, 0.5]
 */
export function kernelJaccardWeights(
  errors: Float32Array,
  foreground: ArrayLike<number>,
  options: {
    readonly valid?: ArrayLike<number> | undefined;
    readonly method?: JaccardMethod | undefined;
  } = {},
): Float32Array {
  const { valid, method = 'auto' } = options;
  checkMethod(method);
  const pixels = errors.length;
  checkMasks(pixels, { foreground, valid });
  const wrong = errors.findIndex((error) => !(error >= 0 && error < Infinity));
  if (wrong >= 0) {
    throw new RangeError(`errors hold ${errors[wrong]} at pixel ${wrong}; expected finite numbers ≥ 0`);
  }
  const weights = new Float32Array(pixels);
  if (pixels === 0) return weights;

  const labels = Uint8Array.from(errors, (_, pixel) => {
    if (valid !== undefined && valid[pixel] === 0) return ignored;
    return foreground[pixel] === 0 ? 0 : 1;
  });
  const layout = layoutWithoutClasses([pixels]);
  const conversion = {
    labels,
    ignoreIndex: ignored,
    mask: undefined,
    data: new Uint16Array(pixels),
    engine: engineNamed('auto'),
  };
  const weighting: Weighting = {
    layout,
    groups: 1,
    labels: binaryLabels(conversion, layout, 1),
    errors,
    isProbability: false,
    areAtMostOne: false,
    flatAtZero: false,
    gradient: weights,
    factors: Float64Array.of(1),
    engine: 'auto',
    memory: undefined,
  };
  const weigh = settleMethod(method, pixels) === 'histogram' ? weighByHistogram : weighBySorting;
  weigh(runHere, weighting, ownScratch);
  // The gradient of the kernels is that to a probability, which falls with the error of foreground.
  for (let pixel = 0; pixel < pixels; pixel++) weights[pixel] = Math.abs(weights[pixel]!);
  return weights;
}
