import type { EngineName, MemoryId } from '../engines/engine-of.js';
import type { PixelLabels } from '../input/pixel-labels.js';
import type { PixelLayout } from '../input/pixel-layout.js';

/**
 * Binary problems side by side, to be weighed one by one: each reads its errors and writes factor · weight, negative
 * where the pixel is foreground, which is the gradient to a probability.
 */
export interface Weighting {
  readonly layout: PixelLayout;
  readonly groups: number;
  readonly labels: PixelLabels;
  /** The errors, of `layout`. May be the memory of `gradient`. */
  readonly errors: Float32Array;
  /** Whether `errors` holds probabilities: the error of a foreground pixel is then 1 minus its entry. */
  readonly isProbability: boolean;
  /** Whether no error is above 1. */
  readonly areAtMostOne: boolean;
  /** Whether an error of 0 has gradient 0, as the hinge has. */
  readonly flatAtZero: boolean;
  readonly gradient: Float32Array;
  /** The factor of each problem in the mean; 0 for those that are not scored. */
  readonly factors: Float64Array;
  readonly engine: EngineName;
  /** The pool's memory that holds errors, labels and gradient; undefined where blocks of them must be copied. */
  readonly memory: MemoryId | undefined;
}

/** What one {@link Weighting} says about problem q, unfolded for the loops. */
export interface BinaryProblem {
  readonly images: number;
  readonly pixels: number;
  /** Where the first score lies, and how far apart those of images and pixels are. */
  readonly origin: number;
  readonly imageStride: number;
  readonly pixelStride: number;
  /** The same for the labels. */
  readonly labelOrigin: number;
  readonly labelImageStride: number;
  readonly labelPixelStride: number;
  /** The label of foreground. */
  readonly label: number;
  /** The number of foreground pixels. */
  readonly total: number;
  readonly factor: number;
}

/** Unfolds problem q = group · classes + class. */
export function binaryProblem({ layout, groups, labels, factors }: Weighting, q: number): BinaryProblem {
  const { classCount, pixels, imageStride, classStride, pixelStride } = layout;
  const images = layout.images / groups;
  const firstImage = Math.floor(q / classCount) * images;
  const id = q % classCount;
  const origin = firstImage * imageStride + id * classStride;
  // Images without a gap between them are as good as one.
  const isOne = imageStride === pixels * pixelStride;
  const count = isOne ? images * pixels : pixels;
  const scores = {
    images: isOne ? 1 : images,
    pixels: count,
    origin,
    imageStride: isOne ? images * imageStride : imageStride,
    pixelStride,
    total: labels.foreground[q]!,
    factor: factors[q]!,
  };
  if (labels.areBinary) {
    return {
      ...scores,
      labelOrigin: origin,
      labelImageStride: scores.imageStride,
      labelPixelStride: pixelStride,
      label: 1,
    };
  }
  return {
    ...scores,
    labelOrigin: firstImage * pixels,
    labelImageStride: count,
    labelPixelStride: 1,
    label: id,
  };
}

/** Gives all pixels of a problem the gradient 0. */
export function clearGradient(gradient: Float32Array, problem: BinaryProblem): void {
  const { images, pixels, pixelStride, imageStride, origin } = problem;
  for (let image = 0; image < images; image++) {
    const start = origin + image * imageStride;
    const end = start + pixels * pixelStride;
    if (pixelStride === 1) gradient.fill(0, start, end);
    else for (let place = start; place < end; place += pixelStride) gradient[place] = 0;
  }
}
