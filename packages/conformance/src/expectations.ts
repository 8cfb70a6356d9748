import type { Evaluation } from './adapter.js';
import { ConformanceError } from './conformance-error.js';
import type { CompleteOptions } from './conformance-options.js';

/** @throws ConformanceError when a condition does not hold. */
export function expectThat(condition: boolean, message: () => string): void {
  if (!condition) throw new ConformanceError(message());
}

/** @throws ConformanceError when two numbers differ by more than a bound, or one is NaN. */
export function expectNear(found: number, expected: number, bound: number, what: string): void {
  expectThat(Math.abs(found - expected) <= bound, () => {
    return `${what} is ${found}; expected ${expected} to within ${bound.toExponential(1)}`;
  });
}

/** @throws ConformanceError when the values differ by more than the tolerance. */
export function expectValue(
  found: number,
  expected: number,
  { tolerance }: CompleteOptions,
  what = 'loss',
): void {
  expectNear(found, expected, tolerance.value * Math.max(1, Math.abs(expected)), what);
}

/** @throws ConformanceError when an entry differs by more than the tolerance of the largest one. */
export function expectGradient(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  relativeBound: number,
  what = 'gradient',
): void {
  expectThat(found.length === expected.length, () => {
    return `${what} has ${found.length} entries; expected ${expected.length}`;
  });
  const largest = Array.from(expected).reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  for (let i = 0; i < expected.length; i++) {
    expectNear(found[i]!, expected[i]!, relativeBound * (largest || 1), `${what} at entry ${i}`);
  }
}

/** @throws ConformanceError when value or gradient differ by more than the tolerances. */
export function expectEvaluation(
  found: Evaluation,
  expected: Evaluation,
  options: CompleteOptions,
  what: string,
): void {
  expectValue(found.value, expected.value, options, `${what}: loss`);
  expectGradient(found.gradient, expected.gradient, options.tolerance.gradient, `${what}: gradient`);
}

/** @throws ConformanceError when the directions of two vectors differ by more than the tolerance of 1 − cosine. */
export function expectDirection(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  { tolerance }: CompleteOptions,
  what: string,
): void {
  expectThat(found.length === expected.length, () => {
    return `${what} has ${found.length} entries; expected ${expected.length}`;
  });
  let [product, square, expectedSquare] = [0, 0, 0];
  for (let i = 0; i < expected.length; i++) {
    product += found[i]! * expected[i]!;
    square += found[i]! ** 2;
    expectedSquare += expected[i]! ** 2;
  }
  expectNear(
    product / Math.sqrt(square * expectedSquare),
    1,
    tolerance.direction,
    `${what}: cosine to the expected one`,
  );
}
