/** Numbers in 0…1 that are the same each time. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Logits without ties and labels of class ids, `[images, classes, height, width]` and `[images, height, width]`. */
export function multiclassProblem(seed: number, shape: readonly number[] = [2, 3, 2, 3]) {
  const random = randomNumbers(seed);
  const [images, classes, ...pixels] = shape as [number, number, ...number[]];
  const labelShape = [images, ...pixels];
  return {
    input: { data: Array.from({ length: size(shape) }, () => 6 * random() - 3), shape },
    labels: {
      data: Array.from({ length: size(labelShape) }, () => Math.floor(classes * random())),
      shape: labelShape,
    },
  };
}

/** Scores without ties and labels 0 and 1 of the same shape. */
export function binaryProblem(seed: number, shape: readonly number[] = [2, 3, 2, 3]) {
  const random = randomNumbers(seed);
  return {
    input: { data: Array.from({ length: size(shape) }, () => 6 * random() - 3), shape },
    labels: { data: Array.from({ length: size(shape) }, () => Math.floor(2 * random())), shape },
  };
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
