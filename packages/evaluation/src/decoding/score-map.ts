/** Scores of an image, planar: `numClasses` × height × width. */
export interface ScoreMap {
  readonly width: number;
  readonly height: number;
  readonly numClasses: number;
  readonly data: ArrayLike<number>;
}

/** @throws RangeError when there are not classes × height × width scores. */
export function checkScoreMap({ width, height, numClasses, data }: ScoreMap): void {
  if (data.length !== width * height * numClasses) {
    throw new RangeError(
      `scores hold ${data.length} numbers; expected ${numClasses} classes × ${height} × ${width}`,
    );
  }
}

/**
 * The image seen in a mirror: left is right.
 *
 * @example
 * mirror({ width: 2, height: 1, numClasses: 1, data: [1, 2] }).data; // [2, 1]
 */
export function mirror(scores: ScoreMap): ScoreMap {
  checkScoreMap(scores);
  const { width, data } = scores;
  const mirrored = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += width) {
    for (let x = 0; x < width; x++) mirrored[row + x] = data[row + width - 1 - x]!;
  }
  return { ...scores, data: mirrored };
}

/**
 * Another size by bilinear interpolation between the centres of pixels (`align_corners=False`); the border continues.
 *
 * @example
 * resize({ width: 1, height: 1, numClasses: 1, data: [3] }, 2, 2).data; // [3, 3, 3, 3]
 */
export function resize(scores: ScoreMap, width: number, height: number): ScoreMap {
  checkScoreMap(scores);
  if (width === scores.width && height === scores.height) return scores;
  const columns = steps(scores.width, width);
  const rows = steps(scores.height, height);
  const data = new Float32Array(scores.numClasses * width * height);
  for (let id = 0; id < scores.numClasses; id++) {
    for (let y = 0; y < height; y++) {
      const { low, high, share } = rows[y]!;
      const upper = (id * scores.height + low) * scores.width;
      const lower = (id * scores.height + high) * scores.width;
      for (let x = 0; x < width; x++) {
        const column = columns[x]!;
        const along = (row: number) =>
          scores.data[row + column.low]! * (1 - column.share) +
          scores.data[row + column.high]! * column.share;
        data[(id * height + y) * width + x] = along(upper) * (1 - share) + along(lower) * share;
      }
    }
  }
  return { ...scores, width, height, data };
}

/** Between which two of `from` pixels each of `to` lies. */
function steps(from: number, to: number) {
  return Array.from({ length: to }, (_, place) => {
    const at = Math.min(from - 1, Math.max(0, ((place + 0.5) * from) / to - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(from - 1, low + 1), share: at - low };
  });
}
