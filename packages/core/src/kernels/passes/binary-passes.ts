import { exponentialOfNonPositive } from './exponential.js';
import type { Pass } from './pass.js';
import { binaryProblem, type Weighting } from './weighting.js';

/** Scores of binary problems in the layout of `weighting`, the errors of which are written to its gradient. */
export interface BinaryScores {
  readonly weighting: Weighting;
  readonly logits: Float32Array;
}

/** The hinge errors max(0, 1 − F·y) of each problem. */
export const marginErrors = errorsOf((logit) => Math.max(0, 1 + logit));

/** The errors elu(1 − F·y) + 1 of each problem: margin + 1 where the margin is positive, e^margin elsewhere. */
export const eluErrors = errorsOf((logit) => (logit > -1 ? logit + 2 : exponentialOfNonPositive(1 + logit)));

/** The errors of each problem's sigmoid probabilities: 1 − f of foreground, f of background. */
export const sigmoidErrors = errorsOf((logit) => {
  const power = exponentialOfNonPositive(-Math.abs(logit));
  return (logit < 0 ? power : 1) / (1 + power);
});

/** Turns the gradient to one image's errors into that to its logits: times e^margin where the margin is negative. */
export const eluGradient = gradientOf((gradient, logit) => {
  // Where it is negative the pixel is foreground, where it is 0 it stays 0.
  const margin = 1 + (gradient < 0 ? -logit : logit);
  return margin < 0 ? gradient * exponentialOfNonPositive(margin) : gradient;
});

/** Turns the gradient to one image's probabilities into that to its logits: f·(1 − f)·g. */
export const sigmoidGradient = gradientOf((gradient, logit) => {
  const power = exponentialOfNonPositive(-Math.abs(logit));
  return (gradient * power) / (1 + power) ** 2;
});

/** @param errorOf the error of a background pixel; that of a foreground pixel is its error at the negative logit. */
function errorsOf(errorOf: (logit: number) => number): Pass<BinaryScores> {
  return {
    count: ({ weighting }) => weighting.factors.length,
    run: ({ weighting, logits }, q) => {
      const { gradient } = weighting;
      const { data } = weighting.labels;
      const problem = binaryProblem(weighting, q);
      for (let image = 0; image < problem.images; image++) {
        let place = problem.origin + image * problem.imageStride;
        let labelPlace = problem.labelOrigin + image * problem.labelImageStride;
        for (let pixel = 0; pixel < problem.pixels; pixel++) {
          gradient[place] = errorOf(data[labelPlace] === problem.label ? -logits[place]! : logits[place]!);
          place += problem.pixelStride;
          labelPlace += problem.labelPixelStride;
        }
      }
      return 0;
    },
  };
}

function gradientOf(toLogit: (gradient: number, logit: number) => number): Pass<BinaryScores> {
  return {
    count: ({ weighting }) => weighting.layout.images,
    run: ({ weighting, logits }, image) => {
      const { gradient, layout } = weighting;
      const end = (image + 1) * layout.imageStride;
      for (let place = image * layout.imageStride; place < end; place++) {
        gradient[place] = toLogit(gradient[place]!, logits[place]!);
      }
      return 0;
    },
  };
}
