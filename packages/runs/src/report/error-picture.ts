import { hatch } from './hatch.js';
import type { Color } from './report-data.js';

/** The colour of a pixel whose class is wrong. */
export const errorColor: Color = [222, 32, 64];

/** A picture of the mistakes and their number. */
export interface ErrorPicture {
  /** Red, green, blue of each pixel. */
  readonly picture: Uint8Array;
  /** Pixels whose class is wrong. */
  readonly wrong: number;
  /** Pixels that are judged: all but the ignored. */
  readonly judged: number;
}

/**
 * The image in pale grey, wrong pixels in {@link errorColor}, ignored ones hatched.
 *
 * @param image red, green, blue of each pixel in row order.
 * @param labels the true classes.
 * @param prediction the predicted classes.
 */
export function errorPicture(
  image: Uint8Array,
  labels: Uint8Array,
  prediction: Uint8Array,
  width: number,
  ignoreIndex: number,
): ErrorPicture {
  const picture = new Uint8Array(image.length);
  let wrong = 0;
  let judged = 0;
  labels.forEach((label, pixel) => {
    const start = 3 * pixel;
    if (label === ignoreIndex) {
      picture.set(hatch(pixel, width), start);
      return;
    }
    judged++;
    if (label !== prediction[pixel]) {
      wrong++;
      picture.set(errorColor, start);
      return;
    }
    // Luma of ITU-R BT.601, in the upper half of the scale so that the mistakes stand out.
    const luma = 0.299 * image[start]! + 0.587 * image[start + 1]! + 0.114 * image[start + 2]!;
    picture.fill(128 + luma / 2, start, start + 3);
  });
  return { picture, wrong, judged };
}
