import type { PixelLayout } from './pixel-layout.js';
import type { PixelLists } from './pixel-lists.js';

/**
 * Binary problems side by side, to be weighed one by one: each reads its errors and writes factor · weight, negative
 * where the pixel is foreground, which is the gradient to a probability.
 */
export interface Weighting {
  readonly layout: PixelLayout;
  readonly groups: number;
  readonly lists: PixelLists;
  /** The errors, of `layout`. May be the memory of `gradient`. */
  readonly errors: Float32Array;
  /** Whether `errors` holds probabilities: the error of a foreground pixel is then 1 minus its entry. */
  readonly isProbability: boolean;
  /** Whether an error of 0 has gradient 0, as the hinge has. */
  readonly flatAtZero: boolean;
  readonly gradient: Float32Array;
  /** The factor of each problem in the mean; 0 for those that are not scored. */
  readonly factors: Float64Array;
}

/** What one {@link Weighting} says about problem q, unfolded for the loops. */
export interface BinaryProblem {
  readonly firstImage: number;
  readonly images: number;
  readonly pixels: number;
  readonly imageStride: number;
  readonly pixelStride: number;
  /** Where the class lies beside class 0. */
  readonly classOffset: number;
  readonly foregroundStart: number;
  readonly foregroundEnd: number;
  readonly voidStart: number;
  readonly voidEnd: number;
  readonly factor: number;
}

/** Unfolds problem q = group · classes + class. */
export function binaryProblem({ layout, groups, lists, factors }: Weighting, q: number): BinaryProblem {
  const { classes, pixels, imageStride, classStride, pixelStride } = layout;
  const images = layout.images / groups;
  return {
    firstImage: Math.floor(q / classes) * images,
    images,
    pixels,
    imageStride,
    pixelStride,
    classOffset: (q % classes) * classStride,
    foregroundStart: lists.bounds[4 * q]!,
    foregroundEnd: lists.bounds[4 * q + 1]!,
    voidStart: lists.bounds[4 * q + 2]!,
    voidEnd: lists.bounds[4 * q + 3]!,
    factor: factors[q]!,
  };
}

/** Gives all pixels of a problem that is not scored the gradient 0. */
export function clearGradient(gradient: Float32Array, problem: BinaryProblem): void {
  const { pixels, pixelStride } = problem;
  for (let image = 0; image < problem.images; image++) {
    const start = (problem.firstImage + image) * problem.imageStride + problem.classOffset;
    const end = start + pixels * pixelStride;
    for (let place = start; place < end; place += pixelStride) gradient[place] = 0;
  }
}
