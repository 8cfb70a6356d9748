import { randomBelow } from './random.js';

/** A rectangle of an image; it reaches beyond where the image is smaller. */
export interface Crop {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Options of {@link placeCrop}. */
export interface CropOptions {
  /** Width and height of the image. */
  readonly image: readonly [number, number];
  /** Width and height of the crop. */
  readonly crop: readonly [number, number];
  /** A pixel that has to be inside: x, y. Without it the crop is anywhere. */
  readonly point?: readonly [number, number];
  /** Whether a crop will do; default: any. */
  readonly accept?: (crop: Crop) => boolean;
  /** Crops that are tried; default 10. */
  readonly tries?: number;
  readonly seed?: number;
  /** The position of the draw, so that the next one is placed otherwise. */
  readonly position?: number;
}

/**
 * Places a crop at random where it lies inside of the image and holds a point. All such places are equally likely. Where the
 * image is smaller than the crop, it lies inside of the crop.
 *
 * @returns the crop, whether it was accepted, and how many were tried; the last one when none was
 * @throws RangeError when the point is not in the image.
 * @example
 * const { crop, accepted } = placeCrop({ image: [500, 375], crop: [321, 321], point: [40, 200], seed: 1, position: 7 });
 */
export function placeCrop(options: CropOptions): {
  readonly crop: Crop;
  readonly accepted: boolean;
  readonly tries: number;
} {
  const { image, crop: [width, height], point, accept = () => true, tries = 10, seed = 0, position = 0 } = options; // prettier-ignore
  if (point?.some((at, axis) => !(at >= 0 && at < image[axis]!))) {
    throw new RangeError(`point is ${point.join(', ')}; expected inside of ${image.join(' × ')}`);
  }
  const start = (axis: 0 | 1, attempt: number) => {
    const [size, length] = [image[axis], options.crop[axis]];
    let [low, high] = [Math.min(0, size - length), Math.max(0, size - length)];
    if (point !== undefined) {
      low = Math.max(low, point[axis] - length + 1);
      high = Math.min(high, point[axis]);
    }
    return low + randomBelow(high - low + 1, seed, position, attempt, axis);
  };
  for (let attempt = 1; ; attempt++) {
    const crop = { x: start(0, attempt), y: start(1, attempt), width, height };
    const accepted = accept(crop);
    if (accepted || attempt >= tries) return { crop, accepted, tries: attempt };
  }
}
