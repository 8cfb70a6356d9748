import { exponentialOfNonPositive } from './exponential.js';
import type { Pass } from './pass.js';
import { binaryProblem, type Weighting } from './weighting.js';

/** Scores of binary problems in the layout of `weighting`, the errors of which are written to its gradient. */
export interface BinaryScores {
  readonly weighting: Weighting;
  readonly logits: Float32Array;
}

/** The hinge errors max(0, 1 − F·y) of each problem. */
export const marginErrors: Pass<BinaryScores> = {
  count: countProblems,
  run: (scores, q) => writeErrors(scores, q, (logit) => Math.max(0, 1 + logit)),
};

/** The errors elu(1 − F·y) + 1 of each problem: margin + 1 where the margin is positive, e^margin elsewhere. */
export const eluErrors: Pass<BinaryScores> = {
  count: countProblems,
  run: (scores, q) =>
    writeErrors(scores, q, (logit) => (logit > -1 ? logit + 2 : exponentialOfNonPositive(1 + logit))),
};

/** The errors of each problem's sigmoid probabilities: 1 − f of foreground, f of background. */
export const sigmoidErrors: Pass<BinaryScores> = {
  count: countProblems,
  run: (scores, q) =>
    writeErrors(scores, q, (logit) => {
      const power = exponentialOfNonPositive(-Math.abs(logit));
      return (logit < 0 ? power : 1) / (1 + power);
    }),
};

/** Turns the gradient to one image's errors into that to its logits: times e^margin where the margin is negative. */
export const eluGradient: Pass<BinaryScores> = {
  count: countImages,
  run: ({ weighting: { gradient, layout }, logits }, image) => {
    const end = (image + 1) * layout.imageStride;
    for (let place = image * layout.imageStride; place < end; place++) {
      // Where it is negative the pixel is foreground, where it is 0 it stays 0.
      const margin = 1 + (gradient[place]! < 0 ? -logits[place]! : logits[place]!);
      if (margin < 0) gradient[place] = gradient[place]! * exponentialOfNonPositive(margin);
    }
    return 0;
  },
};

/** Turns the gradient to one image's probabilities into that to its logits: f·(1 − f)·g. */
export const sigmoidGradient: Pass<BinaryScores> = {
  count: countImages,
  run: ({ weighting: { gradient, layout }, logits }, image) => {
    const end = (image + 1) * layout.imageStride;
    for (let place = image * layout.imageStride; place < end; place++) {
      const power = exponentialOfNonPositive(-Math.abs(logits[place]!));
      gradient[place] = (gradient[place]! * power) / (1 + power) ** 2;
    }
    return 0;
  },
};

function countProblems({ weighting }: BinaryScores): number {
  return weighting.factors.length;
}

function countImages({ weighting }: BinaryScores): number {
  return weighting.layout.images;
}

/** @param errorOf the error of a background pixel; that of a foreground pixel is its error at the negative logit. */
function writeErrors(
  { weighting, logits }: BinaryScores,
  q: number,
  errorOf: (logit: number) => number,
): number {
  const { gradient, labels } = weighting;
  const { data } = labels;
  const { images, pixels, origin, imageStride, pixelStride, label, ...ofLabels } = binaryProblem(
    weighting,
    q,
  );
  const { labelOrigin, labelImageStride, labelPixelStride } = ofLabels;
  for (let image = 0; image < images; image++) {
    let place = origin + image * imageStride;
    let labelPlace = labelOrigin + image * labelImageStride;
    for (let pixel = 0; pixel < pixels; pixel++, place += pixelStride, labelPlace += labelPixelStride) {
      gradient[place] = errorOf(data[labelPlace] === label ? -logits[place]! : logits[place]!);
    }
  }
  return 0;
}
