import type { Values } from '@lovasz/core';
import { randomNumbers, randomPermutation } from '../random.js';

/** The input of a loss and its labels. */
export interface LossProblem {
  readonly input: Values;
  readonly labels: Values;
}

export const voidLabel = 255;

/** Errors closer than this are not judged pixel by pixel: they may share a bin, or trade places under a small step. */
const smallestGap = 1 / 100;

/**
 * A multi-class problem of `[images, classes, height, width]` logits, multiples of 1/64, such that no two pixels of a
 * class have nearly equal errors. The last class has no pixel; some pixels are void.
 */
export function multiclassProblem(
  seed: number,
  [images, classes, height, width]: readonly [number, number, number, number] = [2, 3, 2, 2],
): LossProblem {
  const random = randomNumbers(seed);
  const area = height * width;
  for (;;) {
    const logits = Array.from(
      { length: images * classes * area },
      () => Math.round((6 * random() - 3) * 64) / 64,
    );
    const labels = Array.from({ length: images * area }, (_, pixel) => {
      return pixel % area === 1 ? voidLabel : Math.floor(random() * (classes - 1));
    });
    const errors = Array.from({ length: classes }, (_, id) =>
      labels.map((label, pixel) => {
        const image = Math.floor(pixel / area);
        const at = (each: number) => Math.exp(logits[(image * classes + each) * area + (pixel % area)]!);
        const total = Array.from({ length: classes }, (__, each) => at(each)).reduce((a, b) => a + b);
        return label === id ? 1 - at(id) / total : at(id) / total;
      }),
    );
    if (errors.every(areApart)) {
      return {
        input: { data: logits, shape: [images, classes, height, width] },
        labels: { data: labels, shape: [images, height, width] },
      };
    }
  }
}

/**
 * A binary problem of `[images, height, width]` scores with relative margins that are odd multiples of 1/16, all
 * different; some pixels are void.
 */
export function binaryProblem(
  seed: number,
  shape: readonly [number, number, number] = [2, 2, 4],
): LossProblem {
  const random = randomNumbers(seed);
  const pixels = shape[0] * shape[1] * shape[2];
  const ranks = randomPermutation(pixels, random);
  const labels = ranks.map((_, pixel) => (pixel % 7 === 3 ? voidLabel : random() < 0.4 ? 1 : 0));
  const scores = ranks.map((rank, pixel) => {
    const margin = (2 * rank + 1) / 16 + 0.5 - pixels / 16;
    return labels[pixel] === 1 ? 1 - margin : margin - 1;
  });
  return { input: { data: scores, shape }, labels: { data: labels, shape } };
}

/** The problem with classes last. */
export function channelsLast({ input, labels }: LossProblem): LossProblem {
  const [images, classes, height, width] = input.shape as [number, number, number, number];
  const area = height * width;
  const data = Array.from(input.data, (_, place) => {
    const [pixel, id] = [Math.floor(place / classes), place % classes];
    return input.data[(Math.floor(pixel / area) * classes + id) * area + (pixel % area)]!;
  });
  return { input: { data, shape: [images, height, width, classes] }, labels };
}

/** The same logits as points, `[points, classes]`. */
export function asPoints(problem: LossProblem): LossProblem {
  const { input, labels } = channelsLast(problem);
  return {
    input: { data: input.data, shape: [labels.data.length, input.shape[3]!] },
    labels: { data: labels.data, shape: [labels.data.length] },
  };
}

function areApart(errors: readonly number[]): boolean {
  const sorted = [...errors].sort((a, b) => a - b);
  return sorted.every((error, i) => i === 0 || error - sorted[i - 1]! >= smallestGap);
}
