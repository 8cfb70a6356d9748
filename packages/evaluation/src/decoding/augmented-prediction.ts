import { checkScoreMap, mirror, resize, type ScoreMap } from './score-map.js';

/** Options of {@link predictAugmented}. */
export interface AugmentationOptions {
  /** Width and height that the result has. */
  readonly width: number;
  readonly height: number;
  /** Default `[1]`; the paper takes 1, 0.75 and 0.5. */
  readonly scales?: readonly number[];
  /** Whether each scale is also seen in a mirror; default false. */
  readonly mirrored?: boolean;
}

/**
 * Mean of the probabilities that a network gives at several scales and in the mirror, each resized to one size.
 *
 * @param predict - gives probabilities of the image at a scale, mirrored or not; of any size
 * @returns planar probabilities; take {@link argmax} of them
 * @throws RangeError when there is no scale, one is not above 0, or a prediction has other classes or no size.
 * @example
 * const { data } = await predictAugmented((scale, isMirrored) => network(resized(image, scale), isMirrored), {
 *   width: 500, height: 375, scales: [1, 0.75, 0.5], mirrored: true,
 * });
 */
export async function predictAugmented(
  predict: (scale: number, isMirrored: boolean) => ScoreMap | Promise<ScoreMap>,
  { width, height, scales = [1], mirrored = false }: AugmentationOptions,
): Promise<ScoreMap> {
  const wrong = scales.find((scale) => !(scale > 0 && scale < Infinity));
  if (scales.length === 0 || wrong !== undefined) {
    throw new RangeError(`scales is [${scales.join(', ')}]; expected numbers above 0`);
  }
  let [sum, numClasses, count] = [new Float64Array(0), 0, 0];
  for (const scale of scales) {
    for (const isMirrored of mirrored ? [false, true] : [false]) {
      const scores = await predict(scale, isMirrored);
      checkScoreMap(scores);
      if (count === 0) {
        numClasses = scores.numClasses;
        sum = new Float64Array(numClasses * width * height);
      } else if (scores.numClasses !== numClasses) {
        throw new RangeError(`scale ${scale} has ${scores.numClasses} classes; the first had ${numClasses}`);
      }
      const { data } = resize(isMirrored ? mirror(scores) : scores, width, height);
      for (let at = 0; at < sum.length; at++) sum[at]! += data[at]!;
      count++;
    }
  }
  return { width, height, numClasses, data: Float32Array.from(sum, (each) => each / count) };
}
