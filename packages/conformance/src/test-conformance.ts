import type { Adapter } from './adapter.js';
import { ConformanceError } from './conformance-error.js';
import { completeOptions, type ConformanceOptions } from './conformance-options.js';
import type { ConformanceTest } from './conformance-test.js';
import { jaccardWeightsTests } from './tests/jaccard-weights.js';
import { lossTests } from './tests/losses.js';
import { operationTests } from './tests/operations.js';

/** What the suite needs of a test runner; those of Node, Jest, Vitest and Mocha (with `it`) have it. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  test(name: string, body: () => Promise<void>): unknown;
}

/** Every test of the suite. */
export const conformanceTests: readonly ConformanceTest[] = [
  ...operationTests,
  ...jaccardWeightsTests,
  ...lossTests,
];

/**
 * Declares the tests that every tensor backend passes: every member of the interface (values, shapes, broadcasting,
 * derivatives, kinks), the laws of the Lovász weights (sum 1, the Jaccard loss on every
 * vertex of the hypercube, the integral over thresholds, convexity, order of pixels, void pixels, ties), the laws of
 * the losses (central differences, the float64 reference, renamed classes, one pixel, one class, no valid pixel), and
 * values that this project did not compute.
 *
 * @param runner `describe` and `test` of a test runner.
 * @param adapter what is tested.
 * @param options what is true of the adapter; see {@link ConformanceOptions} for the defaults.
 * @throws RangeError or TypeError for options out of range, a skip of a test that is not there, or one without reason.
 * @example
 * import { describe, test } from 'node:test';
 * testConformance({ describe, test }, {
 *   name: 'reference',
 *   evaluate: (loss, input, labels) => {
 *     const [x, y] = [input, labels].map(({ data, shape }) => referenceTensor(data, shape));
 *     const { value, gradients } = valueAndGradient((backend, variable) => loss(backend, variable, y), [x]);
 *     return { value, gradient: gradients[0].data };
 *   },
 * });
 */
export function testConformance(
  runner: TestRunner,
  adapter: Adapter,
  options: ConformanceOptions = {},
): void {
  const context = { adapter, options: completeOptions(options) };
  const reasons = new Map<string, string>();
  for (const { test, reason } of options.skips ?? []) {
    if (!conformanceTests.some(({ name }) => name === test)) {
      throw new RangeError(`skips name "${test}"; expected the name of a test`);
    }
    if (reason.trim() === '') throw new RangeError(`the skip of "${test}" has no reason`);
    reasons.set(test, reason);
  }
  runner.describe(`conformance of ${adapter.name}`, () => {
    for (const { name, run } of conformanceTests) {
      const reason = reasons.get(name);
      if (reason === undefined) runner.test(name, () => run(context));
      else runner.test(`${name} (skipped: ${reason})`, () => expectFailure(name, () => run(context)));
    }
  });
}

/** A skip is stale once its test would pass. */
async function expectFailure(name: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch {
    return;
  }
  throw new ConformanceError(`"${name}" passes; remove its skip`);
}
