/**
 * Foreground where the probability is above a threshold.
 *
 * @param probabilities - of the foreground, one per pixel
 * @param threshold - default 0.5
 * @param options.inclusive - whether a probability equal to the threshold is foreground, as in segmentation_models_pytorch;
 *   default false, as in torchmetrics
 * @returns 1 for the foreground, else 0
 * @throws RangeError when a probability is NaN
 * @example
 * threshold([0.2, 0.5, 0.8]); // Uint8Array [0, 0, 1]
 */
export function threshold(
  probabilities: ArrayLike<number>,
  threshold = 0.5,
  { inclusive = false }: { readonly inclusive?: boolean } = {},
): Uint8Array {
  return Uint8Array.from({ length: probabilities.length }, (_, pixel) => {
    const probability = probabilities[pixel]!;
    if (Number.isNaN(probability)) throw new RangeError(`probabilities hold NaN at pixel ${pixel}`);
    return Number(inclusive ? probability >= threshold : probability > threshold);
  });
}
