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
export function boundaryOf(pixels: Pixels, height: number, width: number, distance: number): Uint8Array {
  const boundary = new Uint8Array(height * width).fill(1);
  // Of each column, the number of rows above, this one included, whose row of the window is all of this value.
  const runs = new Int32Array(width);
  const span = 2 * distance + 1;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    // Columns before it have their run of this row; those from there to the next inner pixel have none.
    let done = 0;
    for (let start = 0, end = 0; start < width; start = end) {
      const value = pixels[row + start]!;
      end = start + 1;
      while (end < width && pixels[row + end] === value) end++;
      if (end - start < span) continue;
      runs.fill(0, done, start + distance);
      done = end - distance;
      for (let x = start + distance; x < done; x++) {
        const continues = y > 0 && pixels[row - width + x] === value;
        const run = continues ? runs[x]! + 1 : 1;
        runs[x] = run;
        if (run >= span) boundary[row - distance * width + x] = 0;
      }
    }
    runs.fill(0, done, width);
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
  const distance = boundaryWidth(height, width, dilationRatio);
  // Where values are no class it does not matter what bounds them.
  const ofLabel = boundaryOf(labels, height, width, distance);
  const ofPrediction = boundaryOf(predictions, height, width, distance);
  const labelCodes = new PixelCodes(numClasses, ignoreIndex);
  const predictionCodes = new PixelCodes(
    numClasses,
    ignoreIndex.filter((id) => id < 0 || id >= numClasses),
  );
  // Of each pair of codes, pixels inside of both, on the boundary of the label, of the prediction, and of both.
  const codes = numClasses + 2;
  const pairs = new Uint32Array(4 * codes * codes);
  const labelRow = new Int32Array(width);
  const predictionRow = new Int32Array(width);
  // Neighbours mostly are alike: a run of them is one addition.
  let [pair, run] = [0, 0];
  for (let row = 0; row < labels.length; row += width) {
    labelCodes.encode(labels, row, labelRow);
    predictionCodes.encode(predictions, row, predictionRow);
    for (let x = 0; x < width; x++) {
      const where = ofLabel[row + x]! | (ofPrediction[row + x]! << 1);
      const next = 4 * (labelRow[x]! * codes + predictionRow[x]!) + where;
      if (next !== pair) {
        pairs[pair]! += run;
        [pair, run] = [next, 0];
      }
      run++;
    }
  }
  pairs[pair]! += run;
  const labelled = new Array<number>(numClasses).fill(0);
  const predicted = [...labelled];
  const both = [...labelled];
  for (let label = 0; label < numClasses; label++) {
    for (let prediction = 0; prediction < codes; prediction++) {
      const policy = prediction === numClasses ? policies.ignoredPrediction : policies.unknownPrediction;
      if (prediction >= numClasses && policy === 'skip') continue;
      const at = 4 * (label * codes + prediction);
      labelled[label]! += pairs[at + 1]! + pairs[at + 3]!;
      if (prediction < numClasses) predicted[prediction]! += pairs[at + 2]! + pairs[at + 3]!;
      if (prediction === label) both[label]! += pairs[at + 3]!;
    }
  }
  const classCounts = both.map((truePositives, id) => ({
    truePositives,
    falsePositives: predicted[id]! - truePositives,
    falseNegatives: labelled[id]! - truePositives,
  }));
  return { numClasses, ignoreIndex, total, odd, classCounts };
}
