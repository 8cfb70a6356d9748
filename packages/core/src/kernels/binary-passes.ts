import { exponentialOfNonPositive } from './exponential.js';
import { binaryProblem, type Weighting } from './weighting.js';

/** Binary scores of `weighting.layout`, the errors of which are written to its gradient. */
export interface BinaryScores {
  readonly weighting: Weighting;
  readonly logits: Float32Array;
}

/** Writes the hinge errors max(0, 1 − F·y) of one problem. */
export function marginErrorsOf({ weighting, logits }: BinaryScores, q: number): void {
  writeErrors(weighting, logits, q, (logit) => Math.max(0, 1 + logit));
}

/** Writes the errors elu(1 − F·y) + 1 of one problem: margin + 1 where the margin is positive, e^margin elsewhere. */
export function eluErrorsOf({ weighting, logits }: BinaryScores, q: number): void {
  writeErrors(weighting, logits, q, (logit) =>
    logit > -1 ? logit + 2 : exponentialOfNonPositive(1 + logit),
  );
}

/** Turns the gradient to one image's errors into that to its logits: times e^margin where the margin is negative. */
export function eluGradient({ weighting, logits }: BinaryScores, image: number): void {
  const { gradient, layout } = weighting;
  const end = (image + 1) * layout.imageStride;
  for (let place = image * layout.imageStride; place < end; place++) {
    // Where it is negative the pixel is foreground, where it is 0 it stays 0.
    const margin = 1 + (gradient[place]! < 0 ? -logits[place]! : logits[place]!);
    if (margin < 0) gradient[place] = gradient[place]! * exponentialOfNonPositive(margin);
  }
}

/** Writes the errors of one problem's sigmoid probabilities: 1 − f of foreground, f of background. */
export function sigmoidErrorsOf({ weighting, logits }: BinaryScores, q: number): void {
  writeErrors(weighting, logits, q, (logit) => {
    const power = exponentialOfNonPositive(-Math.abs(logit));
    return (logit < 0 ? power : 1) / (1 + power);
  });
}

/** Turns the gradient to one image's probabilities into that to its logits: f·(1 − f)·g. */
export function sigmoidGradient({ weighting, logits }: BinaryScores, image: number): void {
  const { gradient, layout } = weighting;
  const end = (image + 1) * layout.imageStride;
  for (let place = image * layout.imageStride; place < end; place++) {
    const power = exponentialOfNonPositive(-Math.abs(logits[place]!));
    gradient[place] = (gradient[place]! * power) / (1 + power) ** 2;
  }
}

/** @param errorOf the error of a background pixel; that of a foreground pixel is its error at the negative logit. */
function writeErrors(
  weighting: Weighting,
  logits: Float32Array,
  q: number,
  errorOf: (logit: number) => number,
): void {
  const { gradient, labels } = weighting;
  const { images, pixels, origin, imageStride, pixelStride, label } = binaryProblem(weighting, q);
  for (let image = 0; image < images; image++) {
    let place = origin + image * imageStride;
    for (let pixel = 0; pixel < pixels; pixel++, place += pixelStride) {
      gradient[place] = errorOf(labels.data[place] === label ? -logits[place]! : logits[place]!);
    }
  }
}
