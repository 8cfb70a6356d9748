/** Where the classes of a pixel lie: one plane per class, `[classes, pixels]`, or one after the other, `[pixels, classes]`. */
export type ScoreLayout = 'planar' | 'interleaved';

/**
 * The class with the highest score of each pixel; the lowest id where several are highest.
 *
 * @param scores - logits or probabilities of one image, `numClasses` × pixels
 * @param numClasses - C
 * @param layout - default `'planar'`, as networks give them
 * @returns one class per pixel: Uint8Array up to 256 classes, Int32Array beyond
 * @throws RangeError when the length is no multiple of `numClasses`, or a score is NaN
 * @example
 * argmax([0.2, 0.5, 0.8, 0.5], 2); // Uint8Array [1, 0]
 */
export function argmax(
  scores: ArrayLike<number>,
  numClasses: number,
  layout: ScoreLayout = 'planar',
): Uint8Array | Int32Array {
  const pixels = pixelsOf(scores, numClasses);
  const classes = numClasses <= 256 ? new Uint8Array(pixels) : new Int32Array(pixels);
  const [classStride, pixelStride] = layout === 'planar' ? [pixels, 1] : [1, numClasses];
  const best = new Float64Array(Math.min(block, pixels));
  for (let from = 0; from < pixels; from += block) {
    const size = Math.min(block, pixels - from);
    best.fill(-Infinity);
    for (let id = 0; id < numClasses; id++) {
      let at = id * classStride + from * pixelStride;
      for (let pixel = 0; pixel < size; pixel++, at += pixelStride) {
        const score = scores[at]!;
        if (score <= best[pixel]!) continue;
        if (!(score > best[pixel]!))
          throw new RangeError(`scores hold NaN for class ${id} at pixel ${from + pixel}`);
        best[pixel] = score;
        classes[from + pixel] = id;
      }
    }
  }
  return classes;
}

/** Pixels at a time for all classes, so that what was best so far stays in the first cache. */
export const block = 2048;

/**
 * How many pixels there are scores for.
 *
 * @throws RangeError when `numClasses` is no positive integer or does not divide the number of scores.
 */
export function pixelsOf(scores: ArrayLike<number>, numClasses: number): number {
  if (!Number.isSafeInteger(numClasses) || numClasses < 1) {
    throw new RangeError(`numClasses is ${numClasses}; expected an integer of at least 1`);
  }
  if (scores.length % numClasses !== 0) {
    throw new RangeError(
      `scores hold ${scores.length} numbers; expected a multiple of ${numClasses} classes`,
    );
  }
  return scores.length / numClasses;
}
