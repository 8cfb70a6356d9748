import {
  jaccardLoss,
  lovaszExtension,
  lovaszHingeSurface,
  momentumDescent,
  proximalJaccardHinge,
} from '@lovasz/core/theory';

/** The loss of a method at its start and after every step. */
export interface Descent {
  readonly method: string;
  readonly losses: readonly number[];
}

const pixels = 120;
const features = 6;
const learningRate = 0.5;
const lambda = 0.4;

/**
 * Fits the last layer of a network, a linear map of features to scores, to the Lovász hinge with four methods.
 *
 * The features are a constant and five fixed random numbers, two of which lean towards the label. The proximal methods replace the
 * gradient to the margins by λ·(m − prox(m)) (section C) and pass it back through the linear map as usual.
 */
export function compareDescents(steps = 100): readonly Descent[] {
  const { inputs, foreground } = problem();
  const marginsAt = (weights: Float64Array) =>
    foreground.map((label, pixel) => {
      const score = inputs[pixel]!.reduce((sum, input, i) => sum + input * weights[i]!, 0);
      return 1 - score * (2 * label - 1);
    });
  const throughModel =
    (toMargins: (margins: readonly number[]) => ArrayLike<number>) =>
    (weights: Float64Array): Float64Array => {
      const slopes = toMargins(marginsAt(weights));
      const gradient = new Float64Array(features);
      foreground.forEach((label, pixel) => {
        inputs[pixel]!.forEach((input, i) => (gradient[i]! -= slopes[pixel]! * (2 * label - 1) * input));
      });
      return gradient;
    };
  const subgradient = throughModel((margins) => {
    const errors = margins.map((margin) => Math.max(margin, 0));
    const { gradient } = lovaszExtension(jaccardLoss(foreground), errors);
    return gradient.map((entry, pixel) => (margins[pixel]! > 0 ? entry : 0));
  });
  const proximal = throughModel((margins) => {
    const point = proximalJaccardHinge(foreground, margins, lambda);
    return point.map((entry, pixel) => lambda * (margins[pixel]! - entry));
  });
  return [
    { method: 'subgradient', direction: subgradient, momentum: 0 },
    { method: 'subgradient, momentum 0.9', direction: subgradient, momentum: 0.9 },
    { method: 'proximal', direction: proximal, momentum: 0 },
    { method: 'proximal, momentum 0.9', direction: proximal, momentum: 0.9 },
  ].map(({ method, direction, momentum }) => ({
    method,
    losses: momentumDescent(direction, new Float64Array(features), { learningRate, momentum, steps }).map(
      (weights) => lovaszHingeSurface(foreground, marginsAt(weights)),
    ),
  }));
}

function problem() {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  const foreground = Array.from({ length: pixels }, (_, pixel) => (pixel % 8 === 0 ? 1 : 0));
  const inputs = foreground.map((label) =>
    Array.from({ length: features }, (_, i) => {
      if (i === 0) return 1;
      return normal() + (i < 3 ? 2.5 * (label - 0.5) : 0);
    }),
  );
  return { inputs, foreground };
}
