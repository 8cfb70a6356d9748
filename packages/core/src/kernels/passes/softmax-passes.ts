import { exponentialOfNonPositive } from './exponential.js';
import type { Pass } from './pass.js';
import type { PixelLayout } from '../input/pixel-layout.js';
import { ignoredLabel } from '../engines/engine.js';

/** Pixels that are worked on at once: their sums stay in the fastest cache. */
const blockPixels = 512;
const largest = new Float32Array(blockPixels);
const sums = new Float64Array(blockPixels);
const products = new Float64Array(blockPixels);
const ofLabels = new Float64Array(blockPixels);
/** e^(logit − largest) of each class and pixel of the block; grows with the number of classes. */
let block = new Float64Array(0);

/** Logits and what is made of them. */
export interface Softmax {
  readonly layout: PixelLayout;
  readonly logits: Float32Array;
  readonly gradient: Float32Array;
  /** The class of each pixel, or {@link ignoredLabel}: `[images, pixels]`. */
  readonly classOf: Uint16Array;
  /** What the cross-entropy of a pixel of each class counts in the loss. */
  readonly crossEntropyFactors: Float64Array;
}

/**
 * Writes the errors of one image's softmax probabilities (Eq. 11) to `gradient`: 1 − f of the label and f of the
 * others, the former without cancellation.
 */
export const softmaxErrors: Pass<Softmax> = {
  count: ({ layout }) => layout.images,
  run: (softmax, image) => {
    writeErrors(softmax, image);
    return 0;
  },
};

function writeErrors({ layout, logits, gradient, classOf }: Softmax, image: number): void {
  const { classCount, pixels, imageStride, classStride, pixelStride } = layout;
  for (let first = 0; first < pixels; first += blockPixels) {
    const length = Math.min(blockPixels, pixels - first);
    const start = image * imageStride + first * pixelStride;
    const exponentials = exponentiate(logits, start, length, layout);
    for (let id = 0; id < classCount; id++) {
      let place = start + id * classStride;
      for (let i = 0; i < length; i++) {
        gradient[place] = exponentials[id * blockPixels + i]! / sums[i]!;
        place += pixelStride;
      }
    }
    for (let i = 0; i < length; i++) {
      const label = classOf[image * pixels + first + i]!;
      if (label === ignoredLabel) continue;
      const others = sumOfOthers(exponentials, i, label, classCount);
      gradient[start + i * pixelStride + label * classStride] = others / sums[i]!;
    }
  }
}

/**
 * Turns the gradient to one image's probabilities into that to its logits, f·(g − Σ f·g), and adds that of the
 * cross-entropy, f − 1 of the label, without cancellation, and f of the others.
 *
 * @returns the cross-entropy of the image, in its share of the loss.
 */
export const softmaxGradient: Pass<Softmax> = { count: ({ layout }) => layout.images, run: toLogits };

function toLogits(
  { layout, logits, gradient, classOf, crossEntropyFactors }: Softmax,
  image: number,
): number {
  const { classCount, pixels, imageStride, classStride, pixelStride } = layout;
  let crossEntropy = 0;
  for (let first = 0; first < pixels; first += blockPixels) {
    const length = Math.min(blockPixels, pixels - first);
    const start = image * imageStride + first * pixelStride;
    const exponentials = exponentiate(logits, start, length, layout);
    products.fill(0, 0, length);
    for (let id = 0; id < classCount; id++) {
      let place = start + id * classStride;
      for (let i = 0; i < length; i++) {
        products[i] = products[i]! + gradient[place]! * exponentials[id * blockPixels + i]!;
        place += pixelStride;
      }
    }
    for (let i = 0; i < length; i++) {
      const label = classOf[image * pixels + first + i]!;
      products[i] = products[i]! / sums[i]!;
      const factor = label === ignoredLabel ? 0 : crossEntropyFactors[label]!;
      if (factor === 0) continue;
      const place = start + i * pixelStride + label * classStride;
      const probability = exponentials[label * blockPixels + i]! / sums[i]!;
      const others = sumOfOthers(exponentials, i, label, classCount) / sums[i]!;
      ofLabels[i] = probability * (gradient[place]! - products[i]!) - factor * others;
      products[i] = products[i]! - factor;
      crossEntropy += factor * (Math.log(sums[i]!) - (logits[place]! - largest[i]!));
    }
    for (let id = 0; id < classCount; id++) {
      let place = start + id * classStride;
      for (let i = 0; i < length; i++) {
        const probability = exponentials[id * blockPixels + i]! / sums[i]!;
        gradient[place] = probability * (gradient[place]! - products[i]!);
        place += pixelStride;
      }
    }
    for (let i = 0; i < length; i++) {
      const label = classOf[image * pixels + first + i]!;
      if (label === ignoredLabel || crossEntropyFactors[label] === 0) continue;
      gradient[start + i * pixelStride + label * classStride] = ofLabels[i]!;
    }
  }
  return crossEntropy;
}

/** The sum over all classes but the label, of pixel i of the block. */
function sumOfOthers(exponentials: Float64Array, i: number, label: number, classCount: number): number {
  let others = 0;
  for (let id = 0; id < classCount; id++) {
    if (id !== label) others += exponentials[id * blockPixels + i]!;
  }
  return others;
}

/** Fills the block: the largest logit of each pixel, e^(logit − largest), and its sum over classes. */
function exponentiate(
  logits: Float32Array,
  start: number,
  length: number,
  layout: PixelLayout,
): Float64Array {
  const { classCount, classStride, pixelStride } = layout;
  if (block.length < classCount * blockPixels) block = new Float64Array(classCount * blockPixels);
  const exponentials = block;
  largest.fill(-Infinity, 0, length);
  sums.fill(0, 0, length);
  for (let id = 0; id < classCount; id++) {
    let place = start + id * classStride;
    for (let i = 0; i < length; i++) {
      if (logits[place]! > largest[i]!) largest[i] = logits[place]!;
      place += pixelStride;
    }
  }
  for (let id = 0; id < classCount; id++) {
    let place = start + id * classStride;
    for (let i = 0; i < length; i++) {
      const exponential = exponentialOfNonPositive(logits[place]! - largest[i]!);
      exponentials[id * blockPixels + i] = exponential;
      sums[i] = sums[i]! + exponential;
      place += pixelStride;
    }
  }
  return exponentials;
}
