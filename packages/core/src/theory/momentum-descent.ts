/** Options of {@link momentumDescent}. */
export interface MomentumDescentOptions {
  /** η > 0. */
  readonly learningRate: number;
  /** α in 0…1; with 0, the default, it is plain gradient descent. */
  readonly momentum?: number | undefined;
  /** How many steps to take. */
  readonly steps: number;
}

/**
 * Gradient descent with momentum (Def. C.2): v ← α·v + ∇f(x) (Eq. C.2), x ← x − η·v (Eq. C.3), from v = 0.
 *
 * Any direction may take the place of the gradient. With λ·(x − prox(x)), η = 1/λ and no momentum, it is the proximal
 * algorithm.
 *
 * @param gradient ∇f, or a subgradient, at a point.
 * @param start x₀.
 * @param options see {@link MomentumDescentOptions}.
 * @returns the points visited, `steps + 1` of them, the start included.
 * @throws RangeError for options out of range, or a gradient of another length than the point.
 * @example
 * momentumDescent((x) => x, [1], { learningRate: 0.5, steps: 2 }); // [1], [0.5], [0.25]
 */
export function momentumDescent(
  gradient: (point: Float64Array) => ArrayLike<number>,
  start: ArrayLike<number>,
  { learningRate, momentum = 0, steps }: MomentumDescentOptions,
): readonly Float64Array[] {
  if (!(learningRate > 0)) throw new RangeError(`learningRate is ${learningRate}; expected a number > 0`);
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new RangeError(`momentum is ${momentum}; expected a number in 0…1`);
  }
  if (!Number.isInteger(steps) || steps < 0) {
    throw new RangeError(`steps is ${steps}; expected an integer ≥ 0`);
  }
  let point = Float64Array.from(start);
  let velocity = new Float64Array(point.length);
  const points = [point];
  for (let step = 0; step < steps; step++) {
    const slope = gradient(point);
    if (slope.length !== point.length) {
      throw new RangeError(`gradient has ${slope.length} entries; expected ${point.length}, as the start`);
    }
    velocity = velocity.map((entry, i) => momentum * entry + slope[i]!);
    point = point.map((entry, i) => entry - learningRate * velocity[i]!);
    points.push(point);
  }
  return points;
}
