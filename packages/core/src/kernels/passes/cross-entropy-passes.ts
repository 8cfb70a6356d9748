import type { BinaryScores } from './binary-passes.js';
import { exponentialOfNonPositive } from './exponential.js';
import { forEachPixel } from './for-each-pixel.js';
import type { Pass } from './pass.js';
import type { Softmax } from './softmax-passes.js';
import { ignoredLabel } from '../engines/engine.js';

/** Pixels that are worked on at once: what is known of them stays in the fastest cache. */
const blockPixels = 512;
const largest = new Float32Array(blockPixels);
const sums = new Float64Array(blockPixels);
const others = new Float64Array(blockPixels);

/**
 * The cross-entropy of one image's logits, Σ factor · −log f, and its gradient: factor · f of the other classes, and
 * −factor · (1 − f) of the label, without cancellation.
 */
export const crossEntropyOfLogits: Pass<Softmax> = { count: ({ layout }) => layout.images, run: ofLogits };

function ofLogits(
  { layout, logits, gradient, classOf, crossEntropyFactors }: Softmax,
  image: number,
): number {
  const { classCount, pixels, imageStride, classStride, pixelStride } = layout;
  let sum = 0;
  for (let first = 0; first < pixels; first += blockPixels) {
    const length = Math.min(blockPixels, pixels - first);
    const start = image * imageStride + first * pixelStride;
    const labels = classOf.subarray(image * pixels + first, image * pixels + first + length);
    largest.fill(-Infinity);
    sums.fill(0);
    others.fill(0);
    for (let id = 0; id < classCount; id++) {
      let place = start + id * classStride;
      for (let i = 0; i < length; i++, place += pixelStride) {
        if (logits[place]! > largest[i]!) largest[i] = logits[place]!;
      }
    }
    for (let id = 0; id < classCount; id++) {
      let place = start + id * classStride;
      for (let i = 0; i < length; i++, place += pixelStride) {
        const power = exponentialOfNonPositive(logits[place]! - largest[i]!);
        gradient[place] = power;
        sums[i] = sums[i]! + power;
        if (labels[i] !== id) others[i] = others[i]! + power;
      }
    }
    for (let id = 0; id < classCount; id++) {
      let place = start + id * classStride;
      for (let i = 0; i < length; i++, place += pixelStride) {
        const label = labels[i]!;
        const factor = label === ignoredLabel ? 0 : crossEntropyFactors[label]!;
        gradient[place] = (factor * (label === id ? -others[i]! : gradient[place]!)) / sums[i]!;
        if (label === id) sum += factor * (Math.log(sums[i]!) - (logits[place]! - largest[i]!));
      }
    }
  }
  return sum;
}

/** Probabilities of classes that exclude each other, and what the cross-entropy reads beside them. */
export type ClassProbabilities = Omit<Softmax, 'logits'> & { readonly probabilities: Float32Array };

/** The cross-entropy of one image's probabilities, −Σ factor · log f, and its gradient −factor / f. */
export const crossEntropyOfProbabilities: Pass<ClassProbabilities> = {
  count: ({ layout }) => layout.images,
  run: ofProbabilities,
};

function ofProbabilities(
  { layout, probabilities, gradient, classOf, crossEntropyFactors }: ClassProbabilities,
  image: number,
): number {
  const { pixels, imageStride, classStride, pixelStride } = layout;
  gradient.fill(0, image * imageStride, (image + 1) * imageStride);
  let sum = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const label = classOf[image * pixels + pixel]!;
    const factor = label === ignoredLabel ? 0 : crossEntropyFactors[label]!;
    if (factor === 0) continue;
    const place = image * imageStride + pixel * pixelStride + label * classStride;
    sum -= factor * Math.log(probabilities[place]!);
    gradient[place] = -factor / probabilities[place]!;
  }
  return sum;
}

/**
 * The binary cross-entropy of one problem, factor · Σ −log f of foreground and −log(1 − f) of background, and its
 * gradient to the scores.
 *
 * @param scores the factor of the problem is the weight of each of its pixels; they are probabilities where the
 *   weighting says so.
 * @param q the problem.
 */
export const binaryCrossEntropy: Pass<BinaryScores> = {
  count: ({ weighting }) => weighting.factors.length,
  run: ofBinaryScores,
};

function ofBinaryScores({ weighting, logits }: BinaryScores, q: number): number {
  const { gradient, factors, isProbability } = weighting;
  const factor = factors[q]!;
  let sum = 0;
  forEachPixel(weighting, q, (place, label) => {
    if (label === undefined || factor === 0) {
      gradient[place] = 0;
      return;
    }
    const sign = 2 * label - 1;
    const score = logits[place]!;
    if (isProbability) {
      const probability = label === 1 ? score : 1 - score;
      sum -= Math.log(probability);
      gradient[place] = (-sign * factor) / probability;
      return;
    }
    const power = Math.exp(-Math.abs(score));
    const isWrong = sign * score < 0;
    sum += Math.log1p(power) + (isWrong ? Math.abs(score) : 0);
    gradient[place] = (-sign * factor * (isWrong ? 1 : power)) / (1 + power);
  });
  return factor * sum;
}
