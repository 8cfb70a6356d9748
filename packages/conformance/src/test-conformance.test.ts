import { describe, expect, test } from '@jest/globals';
import {
  jaccardWeightsByHistogram,
  jaccardWeightsBySorting,
  kernelLoss,
  referenceBackend,
  type ReferenceTensor,
  type TensorBackend,
} from '@lovasz/core';
import type { Adapter } from './adapter.js';
import { completeOptions, type ConformanceOptions } from './conformance-options.js';
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

testConformance(
  { describe, test },
  {
    ...referenceAdapter((backend) => ({
      ...backend,
      jaccardWeights: (...args) => jaccardWeightsByHistogram(backend, ...args, 1 << 12),
    })),
    name: 'the reference, by histogram',
  },
  {
    method: 'histogram',
    maxPixels: 1000,
    tolerance: { ...exact, value: 1e-5, direction: 1e-3 },
    skips: [
      {
        test: 'weights are exact where foreground is rare',
        reason: '4,096 bins tie 1,000 equidistant errors',
      },
    ],
  },
);

/** Hands every loss to the kernels, which compute in float32 and give value and gradient at once. */
const byKernels = (backend: Backend): Backend => ({
  ...backend,
  wholeLoss: ({ name, input, labels, mask, options }) => {
    const { shape, data } = input;
    const { value, gradient } = kernelLoss(name, { shape, data: Float32Array.from(data) }, labels, {
      ...options,
      mask,
    });
    return {
      shape: [],
      data: Float64Array.of(value),
      derivation: {
        operands: [input],
        backward: ([factor]) => [Float64Array.from(gradient.data, (entry) => factor! * entry)],
      },
    };
  },
});

testConformance(
  { describe, test },
  { ...referenceAdapter(byKernels), name: 'the reference, whole losses by the kernels' },
);

/** The names of the tests that an adapter fails. */
async function failures(adapter: Adapter, options: ConformanceOptions = {}): Promise<readonly string[]> {
  const complete = completeOptions({ maxPixels: 4096, ...options });
  const failed: string[] = [];
  for (const { name, run } of conformanceTests) {
    try {
      await run({ adapter, options: complete });
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

/** Whether an adapter fails the test of that name; without a name, any test. */
async function fails(adapter: Adapter, wanted?: string): Promise<boolean> {
  const complete = completeOptions({ maxPixels: 1000, ties: 'shared' });
  const tests = conformanceTests.filter(({ name }) => wanted === undefined || name === wanted);
  expect(tests).not.toHaveLength(0);
  for (const { run } of tests) {
    try {
      await run({ adapter, options: complete });
    } catch {
      return true;
    }
  }
  return false;
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
      'softmax has its values, shapes and derivatives',
    ],
    [
      'a gradient that is not that of the value',
      referenceAdapter((backend) => ({ ...backend, relu: (x) => backend.stopGradient(backend.relu(x)) })),
      'lovasz-hinge has the gradient of central differences',
    ],
  ])('%s', async (_, adapter, expected) => {
    expect(await failures(adapter)).toContain(expected);
  });

  /** Every member of the interface, those of its groups as `sorting.gather`. */
  const full = byKernels(referenceBackend);
  const members = Object.entries(full).flatMap(([name, member]) => {
    if (typeof member === 'function') return [name];
    return name === 'capabilities' ? [] : Object.keys(member as object).map((each) => `${name}.${each}`);
  });

  /** The full reference with another member in the place of one. */
  const replacing = (path: string, change: (member: never) => unknown): Adapter => {
    const [name, inner] = path.split('.') as [keyof Backend, string?];
    return referenceAdapter(() => {
      if (inner === undefined) return { ...full, [name]: change(full[name] as never) };
      const group = full[name] as unknown as Record<string, never>;
      return { ...full, [name]: { ...group, [inner]: change(group[inner]!) } };
    });
  };

  test('the members are those of the interface', () => {
    expect(members).toEqual(
      expect.arrayContaining(['add', 'wholeLoss', 'read', 'sorting.scatter', 'counting.suffixSum']),
    );
    expect(members).toHaveLength(19 + 2 + 4 + 5);
  });

  test.each(members)('%s throws', async (path) => {
    const throwing = () => () => {
      throw new Error('broken');
    };
    expect(await fails(replacing(path, throwing))).toBe(true);
  });

  /** A tensor with its last entry greater by 1/8, that keeps its derivation. */
  const damage = (x: ReferenceTensor): ReferenceTensor => ({
    ...x,
    data: x.data.map((entry, i) => (i === x.data.length - 1 ? entry + 1 / 8 : entry)),
  });
  const ofOneTensor = members.filter(
    (path) => !['shape', 'read', 'sorting.sortDescending', 'jaccardWeights', 'wholeLoss'].includes(path),
  );

  test.each(ofOneTensor)('%s of a wrong value', async (path) => {
    const damaged =
      (member: (...args: unknown[]) => ReferenceTensor) =>
      (...args: unknown[]) =>
        damage(member(...args));
    const name = `${path} has its values, shapes and derivatives`;
    expect(await fails(replacing(path, damaged as never), name)).toBe(true);
  });

  const differentiable = ['add', 'subtract', 'multiply', 'divide', 'relu', 'exp', 'log', 'where', 'sum'];
  test.each([...differentiable, 'reshape', 'transpose', 'softmax', 'logSoftmax'])(
    '%s without its derivative',
    async (path) => {
      const constant =
        (member: (...args: unknown[]) => ReferenceTensor) =>
        (...args: unknown[]) =>
          full.stopGradient(member(...args));
      const name = `${path} has its values, shapes and derivatives`;
      expect(await fails(replacing(path, constant as never), name)).toBe(true);
    },
  );

  test.each<[string, Partial<Backend>, string]>([
    ['a derivative of stopGradient', { stopGradient: (x) => x }, 'stopGradient'],
    [
      'a derivative of relu at 0',
      {
        relu: (x) =>
          full.where(full.greater(full.add(x, full.constant(1e-30)), full.constant(0)), x, full.constant(0)),
      },
      'relu',
    ],
    [
      'a NaN that comes through where',
      {
        where: (mask, a, b) =>
          full.add(full.multiply(mask, a), full.multiply(full.subtract(full.constant(1), mask), b)),
      },
      'where',
    ],
    ['a sum without its axes', { sum: (x, axes) => dropAxes(full.sum(x, axes), axes) }, 'sum'],
  ])('%s', async (_, change, name) => {
    const adapter = referenceAdapter(() => ({ ...full, ...change }));
    expect(await fails(adapter, `${name} has its values, shapes and derivatives`)).toBe(true);
  });

  test.each<[string, Partial<Backend['capabilities']>, Partial<Backend>]>([
    ['another version of the interface', { interfaceVersion: 2 as 1 }, {}],
    ['reads that are not there', {}, { read: undefined as never }],
    ['reads that are not said', { reads: 'none' }, {}],
    ['reads that are promises', {}, { read: async (x) => x.data }],
    ['reads of other entries', {}, { read: (x) => x.data.map((entry) => entry + 1) }],
    ['no name', { name: '' }, {}],
    ['no integers', { largestExactInteger: NaN }, {}],
  ])('%s', async (_, capabilities, change) => {
    const adapter = referenceAdapter(() => ({
      ...full,
      ...change,
      capabilities: { ...full.capabilities, ...capabilities },
    }));
    expect(await fails(adapter, 'capabilities say what is true')).toBe(true);
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

function dropAxes(x: ReferenceTensor, axes: readonly number[]): ReferenceTensor {
  return referenceBackend.reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}
