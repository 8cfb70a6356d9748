import { ConfusionMatrix, type ConfusionMatrixOptions } from './confusion-matrix.js';
import type { Counts, Pixels } from './counts.js';
import { PixelCodes } from './pixel-codes.js';

/** Options of {@link countBoundary}. */
export interface BoundaryOptions extends ConfusionMatrixOptions {
  readonly height: number;
  readonly width: number;
  /** Width of the boundary as a share of the diagonal. Default 0.02. */
  readonly dilationRatio?: number;
}

/**
 * Width of the boundary in pixels: `max(1, round(ratio · √(h² + w²)))`, halves to the even number as the published code
 * rounds them.
 *
 * @throws RangeError when the ratio is no positive number.
 * @example
 * boundaryWidth(75, 100); // 2, for 2.5
 */
export function boundaryWidth(height: number, width: number, dilationRatio = 0.02): number {
  if (!(dilationRatio > 0 && dilationRatio < Infinity)) {
    throw new RangeError(`dilationRatio is ${dilationRatio}; expected a number above 0`);
  }
  const exact = dilationRatio * Math.sqrt(height * height + width * width);
  const below = Math.floor(exact);
  const up = exact - below > 0.5 || (exact - below === 0.5 && below % 2 === 1);
  return Math.max(1, up ? below + 1 : below);
}

/**
 * Pixels on the boundary of their class (Boundary IoU, Cheng et al. 2021): those whose (2 d + 1) × (2 d + 1) window holds
 * another value or leaves the image. That is the mask of the class minus its erosion, for all classes in one pass: a
 * window of one value is a run of rows whose runs are long enough.
 *
 * @param pixels - one value per pixel, row by row
 * @param distance - d
 * @returns 1 on the boundary, 0 inside
 */
export function boundaryOf(
  pixels: ArrayLike<number>,
  height: number,
  width: number,
  distance: number,
): Uint8Array {
  const boundary = new Uint8Array(height * width).fill(1);
  // Of each column, the number of rows above, this one included, whose row of the window is all of this value.
  const runs = new Int32Array(width);
  const span = 2 * distance + 1;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    for (let start = 0; start < width;) {
      const value = pixels[row + start]!;
      let end = start + 1;
      while (end < width && pixels[row + end] === value) end++;
      const inner = Math.min(end, start + distance);
      const outer = Math.max(inner, end - distance);
      runs.fill(0, start, inner);
      for (let x = inner; x < outer; x++) {
        // The first row starts a run; so does another value above, which did not reach this column otherwise.
        const continues = y > 0 && pixels[row - width + x] === value;
        runs[x] = continues ? runs[x]! + 1 : 1;
        if (runs[x]! >= span) boundary[row - distance * width + x] = 0;
      }
      runs.fill(0, outer, end);
      start = end;
    }
  }
  return boundary;
}

/**
 * Counts for Boundary IoU of an image: of every class, pixels on the boundary of the label, of the prediction and of
 * both. The boundaries are those of the whole image; then pixels with an ignored label are left out. Void is not the
 * class, so a class has a boundary along void.
 *
 * @returns counts to be recorded in {@link ImageCounts}; {@link classIou} of them is the Boundary IoU. `total` is the number
 *   of pixels with a label that is counted.
 * @throws RangeError when there are not height × width pixels, or as {@link ConfusionMatrix.add}.
 * @example
 * const counts = countBoundary([1, 1, 0, 0], [1, 0, 0, 0], { numClasses: 2, height: 1, width: 4 });
 * classIou.of(counts); // [2/3, 1/2]
 */
export function countBoundary(labels: Pixels, predictions: Pixels, options: BoundaryOptions): Counts {
  const { height, width, dilationRatio } = options;
  if (labels.length !== height * width) {
    throw new RangeError(
      `labels hold ${labels.length} pixels; expected height × width = ${height} × ${width}`,
    );
  }
  // What is a class, what is ignored and what is refused is decided in one place.
  const pixels = new ConfusionMatrix(options).add(labels, predictions);
  const { numClasses, ignoreIndex, policies, total, odd } = pixels;
  const [labelCodes, predictionCodes] = [
    ignoreIndex,
    ignoreIndex.filter((id) => id < 0 || id >= numClasses),
  ].map((ignored, place) => {
    const codes = new Int32Array(labels.length);
    new PixelCodes(numClasses, ignored).encode(place === 0 ? labels : predictions, 0, codes);
    return codes;
  }) as [Int32Array, Int32Array];
  const distance = boundaryWidth(height, width, dilationRatio);
  const ofLabel = boundaryOf(labelCodes, height, width, distance);
  const ofPrediction = boundaryOf(predictionCodes, height, width, distance);
  const [labelled, predicted, both] = [0, 0, 0].map(() => new Float64Array(numClasses)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let pixel = 0; pixel < labelCodes.length; pixel++) {
    const label = labelCodes[pixel]!;
    const prediction = predictionCodes[pixel]!;
    if (label >= numClasses) continue;
    if (prediction >= numClasses) {
      const policy = prediction === numClasses ? policies.ignoredPrediction : policies.unknownPrediction;
      if (policy === 'skip') continue;
    } else if (ofPrediction[pixel] === 1) {
      predicted[prediction]!++;
      if (label === prediction && ofLabel[pixel] === 1) both[label]!++;
    }
    if (ofLabel[pixel] === 1) labelled[label]!++;
  }
  const classCounts = Array.from(both, (truePositives, id) => ({
    truePositives,
    falsePositives: predicted[id]! - truePositives,
    falseNegatives: labelled[id]! - truePositives,
  }));
  return { numClasses, ignoreIndex, total, odd, classCounts };
}
