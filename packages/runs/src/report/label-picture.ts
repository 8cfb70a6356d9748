import { hatch } from './hatch.js';
import type { Color } from './report-data.js';

/**
 * Paints each pixel in the colour of its class, ignored ones hatched.
 *
 * @param labels classes in row order; each below `colors.length`, or `ignoreIndex`.
 * @returns red, green, blue of each pixel.
 */
export function labelPicture(
  labels: Uint8Array,
  width: number,
  colors: readonly Color[],
  ignoreIndex: number,
): Uint8Array {
  const picture = new Uint8Array(3 * labels.length);
  labels.forEach((label, pixel) => {
    picture.set(label === ignoreIndex ? hatch(pixel, width) : colors[label]!, 3 * pixel);
  });
  return picture;
}
