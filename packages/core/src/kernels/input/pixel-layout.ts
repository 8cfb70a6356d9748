import type { Layout } from '../../losses/options.js';
import { findClassAxis } from '../../losses/arranged-batch.js';

/** Where numbers lie: pixel s of image n for class c at n·imageStride + c·classStride + s·pixelStride. */
export interface PixelLayout {
  /** Points have no image axis: they are one image. */
  readonly images: number;
  /** Classes or labels. */
  readonly classCount: number;
  /** Pixels of one image. */
  readonly pixels: number;
  readonly imageStride: number;
  readonly classStride: number;
  readonly pixelStride: number;
}

/**
 * The layout of scores with a class axis: `[images, classes, ...]`, `[images, ..., classes]`, `[points, classes]`.
 *
 * @param shape at least 2 dimensions.
 */
export function layoutWithClasses(shape: readonly number[], layout: Layout | undefined): PixelLayout {
  const classAxis = findClassAxis(shape, layout);
  const classCount = shape[classAxis]!;
  const images = shape.length > 2 ? shape[0]! : 1;
  const pixels = shape.reduce((product, length) => product * length, 1) / (images * classCount);
  const isLast = classAxis === shape.length - 1;
  return {
    images,
    classCount,
    pixels,
    imageStride: pixels * classCount,
    classStride: isLast ? 1 : pixels,
    pixelStride: isLast ? classCount : 1,
  };
}

/** The layout of scores of one label: `[images, ...]` or `[points]`. */
export function layoutWithoutClasses(shape: readonly number[]): PixelLayout {
  const images = shape.length > 1 ? shape[0]! : 1;
  const pixels = shape.reduce((product, length) => product * length, 1) / images;
  return { images, classCount: 1, pixels, imageStride: pixels, classStride: pixels, pixelStride: 1 };
}
