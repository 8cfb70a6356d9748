import { describe, expect, test } from '@jest/globals';
import { jaccardWeightsBySorting, type ReferenceTensor, type TensorBackend } from '@lovasz/core';
import type { Adapter } from './adapter.js';
import { capabilitiesOf, type ConformanceOptions } from './conformance-options.js';
import { conformanceTests, testConformance } from './test-conformance.js';
import { referenceAdapter } from './testing/reference-adapter.js';

type Backend = TensorBackend<ReferenceTensor>;

const exact = { value: 1e-12, gradient: 1e-12 };

testConformance({ describe, test }, { ...referenceAdapter(), name: 'the reference' }, { tolerance: exact });
testConformance(
  { describe, test },
  {
    ...referenceAdapter((backend) => ({
      ...backend,
      jaccardWeights: (...args) => jaccardWeightsBySorting(backend, ...args),
    })),
    name: 'the reference, by sorting',
  },
  { tolerance: exact },
);

/** The names of the tests that an adapter fails. */
async function failures(adapter: Adapter, options: ConformanceOptions = {}): Promise<readonly string[]> {
  const capabilities = capabilitiesOf({ maxPixels: 4096, ...options });
  const failed: string[] = [];
  for (const { name, run } of conformanceTests) {
    try {
      await run({ adapter, capabilities });
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

describe('planted bugs are found', () => {
  const withWeights = (weights: (backend: Backend) => Backend['jaccardWeights']) =>
    referenceAdapter((backend) => ({ ...backend, jaccardWeights: weights(backend) }));
  const changed =
    (change: (backend: Backend, weights: ReferenceTensor, foreground: ReferenceTensor) => ReferenceTensor) =>
    (backend: Backend): Backend['jaccardWeights'] =>
    (errors, foreground, valid) =>
      change(backend, backend.jaccardWeights(errors, foreground, valid), foreground);

  test.each<[string, Adapter, string]>([
    [
      'weights of the wrong sign',
      withWeights(changed((backend, weights) => backend.subtract(backend.constant(0), weights))),
      'weights are at least 0 and sum to 1',
    ],
    [
      'foreground and background exchanged',
      withWeights((backend) => (errors, foreground, valid) => {
        return backend.jaccardWeights(errors, backend.subtract(backend.constant(1), foreground), valid);
      }),
      'the extension is the Jaccard loss on every vertex of the hypercube',
    ],
    [
      'a union that is one too large for background',
      withWeights(
        changed((backend, weights, foreground) => {
          const larger = backend.divide(weights, backend.add(weights, backend.constant(1)));
          return backend.where(foreground, weights, larger);
        }),
      ),
      'the extension is the integral of the Jaccard loss over thresholds',
    ],
    [
      'void pixels that are counted',
      withWeights((backend) => (errors, foreground, valid) => {
        const weights = backend.jaccardWeights(errors, foreground, backend.constant(1));
        return backend.multiply(weights, valid);
      }),
      'void pixels weigh nothing and count for nothing',
    ],
    [
      'the order of increasing errors',
      withWeights((backend) => (errors, foreground, valid) => {
        return backend.jaccardWeights(backend.subtract(backend.constant(9), errors), foreground, valid);
      }),
      'the extension is convex along segments',
    ],
    [
      'weights in sorted order',
      withWeights((backend) => (errors, foreground, valid) => {
        const weights = backend.jaccardWeights(errors, foreground, valid);
        return backend.sorting!.gather(weights, backend.sorting!.sortDescending(errors).indices);
      }),
      'weights follow the pixels into another order',
    ],
    [
      'weights that lost the digits of a float32 difference',
      withWeights(
        changed((_, weights) => ({
          ...weights,
          data: weights.data.map((weight) => Math.round(weight * 2 ** 24) / 2 ** 24),
        })),
      ),
      'weights are exact where foreground is rare',
    ],
    [
      'a softmax over the wrong axis',
      referenceAdapter((backend) => ({ ...backend, softmax: (x) => backend.softmax(x, x.shape.length - 1) })),
      'lovasz-softmax of one pixel is its error',
    ],
    [
      'a gradient that is not that of the value',
      referenceAdapter((backend) => ({ ...backend, relu: (x) => backend.stopGradient(backend.relu(x)) })),
      'lovasz-hinge has the gradient of central differences',
    ],
  ])('%s', async (_, adapter, expected) => {
    expect(await failures(adapter)).toContain(expected);
  });

  test('classes that are exchanged', async () => {
    const adapter: Adapter = {
      name: 'exchanged',
      evaluate: (loss, input, labels) =>
        referenceAdapter().evaluate(loss, input, {
          ...labels,
          data: Array.from(labels.data, (label) => (label < 2 ? 1 - label : label)),
        }),
    };
    expect(await failures(adapter)).toEqual(
      expect.arrayContaining([
        'lovasz-softmax agrees with the float64 reference',
        'lovasz-softmax follows the classes under other names',
        'lovasz-softmax has the expected values of points',
      ]),
    );
  });

  test('a rule for ties that the adapter does not have', async () => {
    expect(await failures(referenceAdapter(), { ties: 'shared' })).toEqual([
      'equal errors weigh what the rule for ties says',
    ]);
  });
});

describe('declaring the tests', () => {
  /** A runner that collects. */
  function collect(options: ConformanceOptions) {
    const declared = new Map<string, () => Promise<void>>();
    testConformance(
      { describe: (_, body) => body(), test: (name, body) => declared.set(name, body) },
      referenceAdapter(),
      options,
    );
    return declared;
  }

  test('each has a name of its own', () => {
    expect(new Set(conformanceTests.map(({ name }) => name)).size).toBe(conformanceTests.length);
    expect([...collect({}).keys()]).toEqual(conformanceTests.map(({ name }) => name));
  });

  test('a skip shows its reason, passes while its test fails, and fails once that would pass', async () => {
    const name = 'equal errors weigh what the rule for ties says';
    const skips = [{ test: name, reason: 'unstable sort' }];
    const failing = collect({ skips, ties: 'shared' }).get(`${name} (skipped: unstable sort)`)!;
    await expect(failing()).resolves.toBeUndefined();
    const stale = collect({ skips }).get(`${name} (skipped: unstable sort)`)!;
    await expect(stale()).rejects.toThrow(`"${name}" passes; remove its skip`);
  });

  test.each<[ConformanceOptions, string]>([
    [
      { skips: [{ test: 'no such test', reason: 'slow' }] },
      'skips name "no such test"; expected the name of a test',
    ],
    [{ skips: [{ test: conformanceTests[0]!.name, reason: ' ' }] }, 'has no reason'],
    [{ maxPixels: 10 }, 'maxPixels is 10; expected an integer ≥ 1000'],
    [{ tolerance: { value: -1 } }, 'tolerance.value is -1; expected a number ≥ 0'],
    [{ ties: 'random' as 'shared' }, 'ties is "random"; expected "ordered" or "shared"'],
  ])('%j is refused', (options, message) => {
    expect(() => collect(options)).toThrow(message);
  });
});
