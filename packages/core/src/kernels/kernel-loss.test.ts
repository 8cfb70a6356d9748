import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { crossEntropy } from '../losses/cross-entropy.js';
import { binaryLosses, type LossName } from '../backend/loss-call.js';
import { lovaszSoftmax } from '../losses/lovasz-softmax.js';
import { optionNames } from '../losses/option-names.js';
import { referenceLoss } from '../reference/reference-loss.js';
import { referenceTensor } from '../reference/reference-tensor.js';
import { valueAndGradient } from '../reference/value-and-gradient.js';
import { kernelLoss, type KernelOptions } from './kernel-loss.js';

type LovaszName = Extract<LossName, `lovasz-${string}`>;

const methods = ['exact', 'histogram'] as const;

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  return Array.from(actual).reduce(
    (largest, entry, i) => Math.max(largest, Math.abs(entry - expected[i]!)),
    0,
  );
}

describe.each(methods)('%s', (method) => {
  const cases = (
    JSON.parse(readFileSync(new URL('../../fixtures/losses.json', import.meta.url), 'utf8')) as {
      name: string;
      loss: LovaszName;
      value: number;
      shape: number[];
      labelShape: number[];
      input: number[];
      labels: number[];
      gradient: number[];
    }[]
  ).filter(({ loss }) => loss.startsWith('lovasz'));

  test.each(cases.map((each) => [each.name, each] as const))('%s', (_, golden) => {
    const { value, gradient } = kernelLoss(
      golden.loss,
      { data: Float32Array.from(golden.input), shape: golden.shape },
      { data: golden.labels, shape: golden.labelShape },
      { method },
    );
    // Two errors that share a bin get its mean weight: what the bound of the histogram allows.
    expect(Math.abs(value / golden.value - 1)).toBeLessThan(method === 'exact' ? 1e-6 : 2 ** -10);
    if (method === 'histogram') return;
    const largest = largestDifference(
      golden.gradient,
      golden.gradient.map(() => 0),
    );
    expect(largestDifference(gradient.data, golden.gradient) / largest).toBeLessThan(1e-5);
  });

  test('equal errors share their weight, the mean of foreground first and background first', () => {
    // Probabilities of foreground 0.5, background 0.5 and 0.5: U₀ = 1, U₁ = 3, I₀ = 1, I₁ = 0.
    const { value, gradient } = kernelLoss(
      'lovasz-sigmoid',
      { data: Float32Array.of(0.5, 0.5, 0.5), shape: [3] },
      { data: [1, 0, 0], shape: [3] },
      { method, input: 'probabilities' },
    );
    expect(value).toBeCloseTo(0.5, 7);
    expect(largestDifference(gradient.data, [-2 / 3, 1 / 6, 1 / 6])).toBeLessThan(1e-7);
  });

  test('without foreground the largest errors share the weight 1', () => {
    const { value, gradient } = kernelLoss(
      'lovasz-sigmoid',
      { data: Float32Array.of(0.25, 0.75, 0, 0.75), shape: [4] },
      { data: [0, 0, 0, 0], shape: [4] },
      { method, input: 'probabilities' },
    );
    expect(value).toBe(0.75);
    expect(Array.from(gradient.data)).toEqual([0, 0.5, 0, 0.5]);
  });

  test('background below every foreground error has gradient 0', () => {
    const { gradient } = kernelLoss(
      'lovasz-sigmoid',
      { data: Float32Array.of(0.25, 0.5, 0.125, 0.75), shape: [4] },
      { data: [1, 1, 0, 0], shape: [4] },
      { method, input: 'probabilities' },
    );
    expect(gradient.data[2]).toBe(0);
    expect(gradient.data[3]).toBeGreaterThan(0);
  });

  test('a hinge error of 0 has gradient 0, though its weight is not', () => {
    const { value, gradient } = kernelLoss(
      'lovasz-hinge',
      { data: Float32Array.of(2, -1, 0.5), shape: [3] },
      { data: [1, 1, 0], shape: [3] },
      { method },
    );
    // Errors 0, 2 and 1.5: weights 1/3, 1/2 and 1/6.
    expect(value).toBeCloseTo(1.25, 6);
    expect(largestDifference(gradient.data, [0, -1 / 2, 1 / 6])).toBeLessThan(1e-7);
  });

  test('an entry of −0 is the probability 0', () => {
    const run = (zero: number) =>
      kernelLoss(
        'lovasz-sigmoid',
        { data: Float32Array.of(zero, 0.5), shape: [2] },
        { data: [0, 1], shape: [2] },
        { method, input: 'probabilities' },
      ).gradient.data;
    expect(run(-0)).toEqual(run(0));
  });
});

const lovaszNames = ['lovasz-softmax', 'lovasz-hinge', 'lovasz-sigmoid'] as const;
const termNames = [
  'lovasz-softmax',
  'cross-entropy',
  'soft-jaccard',
  'lovasz-sigmoid',
  'binary-cross-entropy',
  'hinge',
  'lovasz-hinge',
] as const;
const baselineNames = ['cross-entropy', 'hinge', 'soft-jaccard'] as const;

/** Any of these losses, any shape and options; the entries are irrational offsets apart, so that no two errors tie. */
const scenarioOf = <Name extends LossName>(...names: Name[]) =>
  fc
    .record({
      name: fc.constantFrom(...names),
      images: fc.integer({ min: 1, max: 3 }),
      classes: fc.integer({ min: 1, max: 4 }),
      pixels: fc.constantFrom([1], [5], [2, 3], [2, 2, 2]),
      layout: fc.constantFrom('channels-first' as const, 'channels-last' as const),
      multilabel: fc.boolean(),
      perImage: fc.boolean(),
      probabilities: fc.boolean(),
      classSelection: fc.constantFrom('present' as const, 'all' as const, [0]),
      weighted: fc.boolean(),
      ignoreIndex: fc.constantFrom(undefined, 255, 0),
      masked: fc.boolean(),
      factors: fc.array(fc.constantFrom(0, 0.5, 1, 2), { minLength: 7, maxLength: 7 }),
      activation: fc.constantFrom(undefined, 'elu+1' as const),
      symmetric: fc.boolean(),
      values: fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 96, maxLength: 96 }),
      labelChoices: fc.array(fc.nat(999), { minLength: 96, maxLength: 96 }),
    })
    .map((drawn) => {
      const has = (option: string) => (optionNames[drawn.name] as readonly string[]).includes(option);
      const isSoftmax = !binaryLosses.has(drawn.name) && !(has('multilabel') && drawn.multilabel);
      const hasClasses = isSoftmax || drawn.multilabel;
      const spatial = drawn.pixels;
      // Classes compete only where there are several.
      const classes = isSoftmax ? Math.max(2, drawn.classes) : drawn.classes;
      let shape = [drawn.images, ...spatial];
      if (hasClasses) {
        shape =
          drawn.layout === 'channels-first'
            ? [drawn.images, classes, ...spatial]
            : [drawn.images, ...spatial, classes];
      }
      const size = shape.reduce((product, length) => product * length, 1);
      const labelShape = isSoftmax ? [drawn.images, ...spatial] : shape;
      const accepted = [
        ...Array(isSoftmax ? classes : 2).keys(),
        ...(drawn.ignoreIndex === undefined ? [] : [drawn.ignoreIndex]),
      ];
      const labels = drawn.labelChoices
        .slice(
          0,
          labelShape.reduce((product, length) => product * length, 1),
        )
        .map((choice) => accepted[choice % accepted.length]!);
      const isProbability = drawn.probabilities && has('input');
      const data = Float32Array.from(drawn.values.slice(0, size), (step, i) => {
        const logit = (step + Math.sqrt(i + 2) / 17) / 50;
        return isProbability ? 1 / (1 + Math.exp(-logit)) : logit;
      });
      const ignoresItsOnlyClass = isSoftmax && drawn.ignoreIndex === 0 && Array.isArray(drawn.classSelection);
      const ignoreIndex = ignoresItsOnlyClass ? undefined : drawn.ignoreIndex;
      const mask = {
        data: labels.map((_, i) => (drawn.labelChoices[95 - i]! % 4 === 0 ? 0 : 1)),
        shape: labelShape,
      };
      const all: Record<string, unknown> = {
        perImage: drawn.perImage,
        ignoreIndex,
        layout: drawn.layout,
        mask: drawn.masked ? mask : undefined,
        classes: drawn.classSelection,
        classWeights: drawn.weighted ? [0.5, 2, 0, 1].slice(0, hasClasses ? classes : 1) : undefined,
        multilabel: drawn.multilabel,
        activation: drawn.activation,
        symmetric: drawn.symmetric,
        input: isProbability ? 'probabilities' : undefined,
        terms: Object.fromEntries(
          termNames
            .filter((term) => !(isProbability && term.endsWith('hinge')))
            .map((term, i) => [term, i === 0 ? drawn.factors[i]! + 0.25 : drawn.factors[i]!]),
        ),
      };
      const options = Object.fromEntries(Object.entries(all).filter(([option]) => has(option)));
      return {
        name: drawn.name,
        input: { data, shape },
        labels: { data: labels, shape: labelShape },
        options,
      };
    });

const scenario = scenarioOf(...lovaszNames);

type Drawn = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

describe('against the reference', () => {
  const compare = (drawn: Drawn, method: (typeof methods)[number]) => ({
    expected: referenceLoss(drawn.name, drawn.input, drawn.labels, drawn.options),
    actual: kernelLoss(drawn.name, drawn.input, drawn.labels, { ...drawn.options, method }),
  });

  test('the exact value and gradient of any loss, shape and options', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const { expected, actual } = compare(drawn, 'exact');
        expect(Math.abs(actual.value - expected.value)).toBeLessThan(1e-6 * Math.max(1, expected.value));
        expect(actual.gradient.shape).toEqual(drawn.input.shape);
        const scale = largestDifference(expected.gradient.data, new Float64Array(drawn.input.data.length));
        const difference = largestDifference(actual.gradient.data, expected.gradient.data);
        expect(difference).toBeLessThanOrEqual(1e-5 * scale);
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  test('the baselines, of any shape and options', () => {
    fc.assert(
      fc.property(scenarioOf(...baselineNames), ({ name, input, labels, options }) => {
        const expected = referenceLoss(name, input, labels, options);
        const actual = kernelLoss(name, input, labels, options);
        expect(Math.abs(actual.value - expected.value)).toBeLessThan(1e-6 * Math.max(1, expected.value));
        const scale = largestDifference(expected.gradient.data, new Float64Array(input.data.length));
        const difference = largestDifference(actual.gradient.data, expected.gradient.data);
        expect(difference).toBeLessThanOrEqual(1e-5 * scale);
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  test('any sum of losses, of any shape and options', () => {
    fc.assert(
      fc.property(scenarioOf('combined'), ({ name, input, labels, options }) => {
        const expected = referenceLoss(name, input, labels, options);
        const actual = kernelLoss(name, input, labels, { ...options, method: 'exact' });
        expect(Math.abs(actual.value - expected.value)).toBeLessThan(1e-6 * Math.max(1, expected.value));
        const scale = largestDifference(expected.gradient.data, new Float64Array(input.data.length));
        const difference = largestDifference(actual.gradient.data, expected.gradient.data);
        expect(difference).toBeLessThanOrEqual(1e-5 * scale);
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  test('the value by histogram is lower by at most 2⁻¹⁰ of itself', () => {
    fc.assert(
      fc.property(scenario, (drawn) => {
        const { expected, actual } = compare(drawn, 'histogram');
        const tolerance = 1e-6 * Math.max(1, expected.value);
        expect(expected.value - actual.value).toBeGreaterThan(-tolerance);
        expect(expected.value - actual.value).toBeLessThan(expected.value * 2 ** -10 + tolerance);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test('at many pixels the histogram is far closer than its bound', () => {
    const pixels = 40_000;
    const random = generator();
    const labels = Uint8Array.from({ length: pixels }, () => Math.floor(random() * 3));
    const logits = Float32Array.from({ length: 3 * pixels }, () => 4 * (random() + random() - 1));
    const input = { data: logits, shape: [1, 3, pixels] };
    const target = { data: labels, shape: [1, pixels] };
    const exact = kernelLoss('lovasz-softmax', input, target, { method: 'exact' });
    const counted = kernelLoss('lovasz-softmax', input, target, { method: 'histogram' });
    expect(Math.abs(counted.value / exact.value - 1)).toBeLessThan(1e-6);
    expect(1 - cosine(counted.gradient.data, exact.gradient.data)).toBeLessThan(1e-6);
  });

  test('the sum of weights is 1', () => {
    fc.assert(
      fc.property(scenario, fc.constantFrom(...methods), (drawn, method) => {
        const { gradient } = kernelLoss(
          'lovasz-sigmoid',
          {
            data: drawn.input.data.map((entry) => 1 / (1 + Math.exp(-entry))),
            shape: [drawn.input.data.length],
          },
          { data: drawn.input.data.map((_, i) => ((i * i) % 3) & 1), shape: [drawn.input.data.length] },
          { method, input: 'probabilities' },
        );
        expect(gradient.data.reduce((sum, entry) => sum + Math.abs(entry), 0)).toBeCloseTo(1, 5);
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe('labels of any type', () => {
  const types = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float64Array,
  ];
  const result = (labels: ArrayLike<number>, options: KernelOptions<'lovasz-softmax'>): unknown => {
    const shape = [1, 3, labels.length];
    const data = Float32Array.from({ length: 3 * labels.length }, (_, i) => Math.sin(i * i));
    try {
      const { value, gradient } = kernelLoss(
        'lovasz-softmax',
        { data, shape },
        { data: labels, shape: [1, labels.length] },
        options,
      );
      return [value, ...gradient.data];
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('give what a list of the same numbers gives, wrong labels too', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            { weight: 30, arbitrary: fc.integer({ min: 0, max: 2 }) },
            fc.constantFrom(-1, 3, 255, 65_535, 70_000),
          ),
          {
            minLength: 1,
            maxLength: 60,
          },
        ),
        fc.constantFrom(...types),
        fc.constantFrom(undefined, 0, -1, 255, 65_535, 0.5, 2 ** 32 - 1, 2 ** 40),
        fc.constantFrom('javascript' as const, 'webassembly' as const),
        (numbers, type, ignoreIndex, engine) => {
          const labels = type.from(numbers);
          const options = { ignoreIndex, engine };
          expect(result(labels, options)).toEqual(result(Array.from(labels), options));
        },
      ),
      { numRuns: 500, seed: 1 },
    );
  });
});

test('the gradient of an added cross-entropy keeps its digits where the network is sure', () => {
  const shape = [1, 3, 40];
  const labels = { data: Array.from({ length: 40 }, (_, pixel) => pixel % 3), shape: [1, 40] };
  const data = Float32Array.from({ length: 120 }, (_, place) => {
    const isLabel = Math.floor(place / 40) === (place % 40) % 3;
    return Math.sin(place * place) + (isLabel ? 16 : 0);
  });
  for (const method of methods) {
    const alone = kernelLoss('lovasz-softmax', { data, shape }, labels, { method });
    const { gradient } = kernelLoss('combined', { data, shape }, labels, { method });
    const added = gradient.data.map((entry, place) => entry - alone.gradient.data[place]!);
    const expected = referenceLoss('cross-entropy', { data, shape }, labels).gradient.data;
    const largest = largestDifference(expected, new Float64Array(120));
    expect(largest).toBeLessThan(1e-6);
    expect(largestDifference(added, expected) / largest).toBeLessThan(1e-5);
  }
});

describe('engines', () => {
  const run = (drawn: Drawn, method: (typeof methods)[number], engine: 'javascript' | 'webassembly') => {
    const { value, gradient } = kernelLoss(drawn.name, drawn.input, drawn.labels, {
      ...drawn.options,
      method,
      engine,
    });
    return [value, ...gradient.data];
  };

  test('give the same bits', () => {
    fc.assert(
      fc.property(scenario, fc.constantFrom(...methods), (drawn, method) => {
        expect(run(drawn, method, 'javascript')).toEqual(run(drawn, method, 'webassembly'));
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  test('give the same bits over several blocks, in which much is pruned', () => {
    const random = generator();
    const pixels = 20_003;
    const shape = [1, 3, pixels];
    const data = Float32Array.from({ length: 3 * pixels }, () => random() ** 8);
    const labels = {
      data: Uint8Array.from({ length: pixels }, () => [0, 1, 2, 255][Math.floor(random() * 4)]!),
      shape: [1, pixels],
    };
    for (const method of methods) {
      const [first, second] = (['javascript', 'webassembly'] as const).map((engine) =>
        kernelLoss('lovasz-softmax', { data, shape }, labels, {
          method,
          engine,
          input: 'probabilities',
          ignoreIndex: 255,
        }),
      );
      expect(first).toEqual(second);
    }
  });

  test('errors of a hinge far above 1', () => {
    const input = { data: Float32Array.of(3e38, -3e38, 1e30, 0, 5, -70), shape: [6] };
    const labels = { data: [0, 1, 0, 1, 1, 0], shape: [6] };
    for (const method of methods) {
      const expected = referenceLoss('lovasz-hinge', input, labels);
      for (const engine of ['javascript', 'webassembly'] as const) {
        const { value } = kernelLoss('lovasz-hinge', input, labels, { method, engine });
        expect(value / expected.value).toBeCloseTo(1, 6);
      }
    }
  });
});

describe('cross-entropy', () => {
  // A histogram's weights are off by their share of a bin.
  test.each([
    ['exact', 1e-6],
    ['histogram', 1e-3],
  ] as const)('joins the same softmax, %s', (method, tolerance) => {
    const random = generator();
    const shape = [2, 3, 4, 5];
    const logits = Float32Array.from({ length: 120 }, () => 6 * random() - 3);
    const labels = Float32Array.from({ length: 40 }, () => [0, 1, 2, 255][Math.floor(random() * 4)]!);
    const options = { ignoreIndex: 255, classWeights: [1, 2, 0.5], perImage: true };
    const target = referenceTensor(labels, [2, 4, 5]);
    const { value, gradients } = valueAndGradient(
      (backend, input) =>
        backend.add(
          lovaszSoftmax(backend, input!, target, options),
          backend.multiply(
            backend.constant(0.7),
            crossEntropy(backend, input!, target, { ignoreIndex: 255, classWeights: [1, 2, 0.5] }),
          ),
        ),
      [referenceTensor(logits, shape)],
    );
    const actual = kernelLoss(
      'combined',
      { data: logits, shape },
      { data: labels, shape: [2, 4, 5] },
      { ...options, method, terms: { 'cross-entropy': 0.7, 'lovasz-softmax': 1 } },
    );
    expect(actual.value).toBeCloseTo(value, 6);
    expect(largestDifference(actual.gradient.data, gradients[0]!.data)).toBeLessThan(tolerance);
  });

  test('reaches a pixel whose label has a probability of 0 in float32', () => {
    const { value, gradient } = kernelLoss(
      'combined',
      { data: Float32Array.of(200, 0), shape: [1, 2] },
      { data: [1], shape: [1] },
    );
    expect(value).toBe(201);
    expect(Array.from(gradient.data)).toEqual([1, -1]);
  });
});

describe('bad input', () => {
  const good = { data: Float32Array.of(0.1, 0.9, 0.6, 0.4), shape: [2, 2] };
  const labels = { data: [0, 1], shape: [2] };
  const call = (
    input: { data: Float32Array; shape: number[] },
    target: { data: ArrayLike<number>; shape: number[] },
    options: KernelOptions<'lovasz-softmax'> = {},
  ) => kernelLoss('lovasz-softmax', input, target, options);
  const of = (...values: number[]) => ({ data: Float32Array.from(values), shape: [2, 2] });

  test.each<[string, () => unknown, string]>([
    ['a label that is no class', () => call(good, { data: [0, 7], shape: [2] }), 'labels hold 7 (pixels: 1)'],
    [
      'a hole',
      () => call(good, { data: [0, undefined] as number[], shape: [2] }),
      'labels hold undefined (pixels: 1) from index 1 on',
    ],
    [
      'a label between classes',
      () => call(good, { data: [0, 0.5], shape: [2] }),
      'labels hold 0.5 (pixels: 1)',
    ],
    [
      'labels of another shape',
      () => call(good, { data: [0, 1], shape: [1, 2] }),
      'labels of shape [1, 2] for',
    ],
    ['too few labels', () => call(good, { data: [0], shape: [2] }), 'data of length 1; expected 2'],
    [
      'a shape that is not that of the data',
      () => call({ ...good, shape: [3, 2] }, labels),
      'length 4; expected 6',
    ],
    [
      'an empty input',
      () => call({ data: new Float32Array(0), shape: [0, 2] }, { data: [], shape: [0] }),
      '[0, 2]; expected positive',
    ],
    ['no class axis', () => call({ ...good, shape: [4] }, labels), 'expected at least 2 dimensions'],
    ['a logit of NaN', () => call(of(0, NaN, 0, 0), labels), 'logits hold NaN at index 1'],
    ['an infinite logit', () => call(of(0, 0, 0, -Infinity), labels), 'logits hold -Infinity at index 3'],
    [
      'a probability above 1',
      () => call(of(0, 0, 1.5, 0), labels, { input: 'probabilities' }),
      'hold 1.5 at index 2',
    ],
    [
      'a negative probability',
      () => call(of(0, 0, 0, -0.5), labels, { input: 'probabilities' }),
      'hold -0.5 at index 3',
    ],
    [
      'a probability of NaN',
      () => call(of(NaN, 0, 0, 0), labels, { input: 'probabilities' }),
      'hold NaN at index 0',
    ],
    ['a class out of range', () => call(good, labels, { classes: [2] }), 'classes hold 2; accepted: 0…1'],
    ['a class twice', () => call(good, labels, { classes: [1, 1] }), 'classes hold 1 more than once'],
    ['a negative weight', () => call(good, labels, { classWeights: [1, -1] }), 'classWeights[1] is -1'],
    ['too few weights', () => call(good, labels, { classWeights: [1] }), 'classWeights has length 1'],
    ['weights of 0', () => call(good, labels, { classWeights: [0, 0] }), 'are 0 for every scored class'],
    [
      'no class but the ignored',
      () => call(good, labels, { classes: [1], ignoreIndex: 1 }),
      'leave no class to score',
    ],
    ['an unknown option', () => call(good, labels, { fast: true } as object), 'unknown option "fast"'],
    [
      'an unknown engine',
      () => call(good, labels, { engine: 'gpu' } as object),
      'engine is "gpu"; expected "auto"',
    ],
    ['an unknown method', () => call(good, labels, { method: 'quick' } as object), 'method is "quick"'],
    [
      'a negative factor',
      () => kernelLoss('combined', good, labels, { terms: { 'cross-entropy': -1 } }),
      'terms["cross-entropy"] is -1',
    ],
    [
      'a hinge of probabilities',
      () => kernelLoss('combined', good, labels, { terms: { hinge: 1 }, input: 'probabilities' }),
      'terms hold "hinge" and input is "probabilities"',
    ],
    [
      'a method of a sum without Lovász losses',
      () => kernelLoss('combined', good, labels, { terms: { hinge: 1 }, method: 'exact' }),
      'method is "exact" for combined; it is of Lovász losses',
    ],
    [
      'a gradient of another length',
      () => call(good, labels, { gradient: new Float32Array(3) }),
      'gradient has length 3; expected 4',
    ],
    [
      'a gradient that is the input',
      () => call(good, labels, { gradient: good.data }),
      'gradient shares memory',
    ],
    [
      'float64',
      () => call({ ...good, data: new Float64Array(4) as unknown as Float32Array }, labels),
      'is of type Float64Array',
    ],
    [
      'more entries than places',
      () => call({ ...good, shape: [2 ** 30, 2] }, labels),
      'kernels count to 2147483647',
    ],
    [
      'more classes than ids',
      () => call({ data: new Float32Array(65536), shape: [1, 65536] }, { data: [0], shape: [1] }),
      '65536 classes; kernels take up to 65535',
    ],
    [
      'an unknown loss',
      () => kernelLoss('dice' as 'lovasz-hinge', good, labels),
      'unknown loss "dice"; accepted: cross-entropy, lovasz-softmax',
    ],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(message);
  });

  test('a detached buffer', () => {
    const data = Float32Array.of(1, 2, 3, 4);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    expect(() => call({ data, shape: [2, 2] }, labels)).toThrow('data of length 0; expected 4');
  });

  test.each<[string, () => Partial<Parameters<typeof call>[2]>, typeof good, number[]]>([
    ['labels', () => ({}), good, [0, 9]],
    ['logits', () => ({}), of(0, 0, 0, NaN), [0, 1]],
    ['probabilities', () => ({ input: 'probabilities' }), of(0, 0, 0, 1.25), [0, 1]],
  ])('leaves the gradient as it was: %s', (_, options, input, target) => {
    for (const method of methods) {
      const gradient = Float32Array.of(1, 2, 3, 4);
      expect(() => call(input, { data: target, shape: [2] }, { ...options(), method, gradient })).toThrow(
        RangeError,
      );
      expect(Array.from(gradient)).toEqual([1, 2, 3, 4]);
    }
  });

  test('leaves the gradient as it was, whatever the number of problems', () => {
    const images = 40;
    const data = new Float32Array(3 * images).fill(0.5);
    data[3 * images - 1] = -0.5;
    const gradient = new Float32Array(3 * images).fill(7);
    for (const method of methods) {
      expect(() =>
        kernelLoss(
          'lovasz-softmax',
          { data, shape: [images, 3, 1] },
          { data: new Uint8Array(images), shape: [images, 1] },
          { input: 'probabilities', perImage: true, method, gradient },
        ),
      ).toThrow('hold -0.5 at index 119');
      expect(new Set(gradient)).toEqual(new Set([7]));
    }
  });

  test('does no harm to the next call', () => {
    const before = call(good, labels);
    expect(() => call(of(0, NaN, 0, 0), labels)).toThrow(RangeError);
    expect(call(good, labels)).toEqual(before);
  });
});

test('auto sorts few pixels and counts many', () => {
  for (const [pixels, method] of [
    [1000, 'exact'],
    [100_000, 'histogram'],
  ] as const) {
    const random = generator();
    const input = { data: Float32Array.from({ length: pixels }, random), shape: [pixels] };
    const target = { data: Array.from({ length: pixels }, () => Number(random() < 0.2)), shape: [pixels] };
    const run = (each: KernelOptions<'lovasz-sigmoid'>['method']) =>
      kernelLoss('lovasz-sigmoid', input, target, { method: each, input: 'probabilities' }).gradient.data;
    const gradient = run(undefined);
    expect(gradient).toEqual(run(method));
    expect(gradient).not.toEqual(run(method === 'exact' ? 'histogram' : 'exact'));
  }
});

test('the gradient is written where the caller wants it, over whatever was there', () => {
  const random = generator();
  const data = Float32Array.from({ length: 90 }, () => random());
  const target = { data: Array.from({ length: 30 }, (_, i) => (i % 7 === 0 ? 255 : i % 3)), shape: [30] };
  for (const method of methods) {
    for (const input of ['logits', 'probabilities'] as const) {
      const options = { method, input, ignoreIndex: 255, classes: [0, 2] };
      const fresh = kernelLoss('lovasz-softmax', { data, shape: [30, 3] }, target, options);
      const gradient = new Float32Array(92).fill(NaN).subarray(1, 91);
      const written = kernelLoss('lovasz-softmax', { data, shape: [30, 3] }, target, {
        ...options,
        gradient,
      });
      expect(written.gradient.data).toBe(gradient);
      expect(written).toEqual(fresh);
    }
  }
});

/** A small generator of numbers in [0, 1): mulberry32. */
function generator(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, entry, i) => sum + entry * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('16-bit input', () => {
  const shape = [2, 3, 5];
  // Numbers that both formats hold.
  const numbers = Float32Array.from({ length: 30 }, (_, i) => ((i * 37) % 61) / 16 - 2);
  const labels = { data: Array.from({ length: 10 }, (_, i) => (i * i) % 3), shape: [2, 5] };
  const bits = new Uint32Array(numbers.buffer);
  const bfloat16 = Uint16Array.from(bits, (word) => word >>> 16);
  const float16 = Uint16Array.from(bits, (word) => {
    return word << 1 === 0
      ? 0
      : ((word >>> 16) & 0x8000) | ((((word >>> 13) & 0x3ffff) - (112 << 10)) & 0x7fff);
  });

  test.each([
    ['float16', float16],
    ['bfloat16', bfloat16],
  ] as const)('%s gives what float32 gives', (dtype, data) => {
    for (const name of ['lovasz-softmax', 'cross-entropy'] as const) {
      const found = kernelLoss(name, { data, shape, dtype }, labels);
      expect(found).toEqual(kernelLoss(name, { data: numbers, shape }, labels));
      expect(found.gradient.data).toBeInstanceOf(Float32Array);
    }
  });

  test('a Float16Array says what it holds', () => {
    const data = Object.assign(Array.from(numbers), { [Symbol.toStringTag]: 'Float16Array' as const });
    expect(kernelLoss('lovasz-softmax', { data, shape }, labels)).toEqual(
      kernelLoss('lovasz-softmax', { data: numbers, shape }, labels),
    );
  });

  test('a format that does not fit is refused', () => {
    expect(() => kernelLoss('hinge', { data: numbers, shape, dtype: 'float16' } as never, labels)).toThrow(
      new TypeError('logits of dtype "float16" are of type Float32Array; expected a Uint16Array'),
    );
    expect(() => kernelLoss('hinge', { data: float16, shape, dtype: 'float8' } as never, labels)).toThrow(
      new TypeError('dtype is "float8"; expected "float16" or "bfloat16"'),
    );
    expect(() => kernelLoss('hinge', { data: float16, shape } as never, labels)).toThrow(
      new TypeError('logits is of type Uint16Array; expected a Float32Array'),
    );
  });
});

describe('refuses bad input, and writes nothing', () => {
  const shape = [1, 2, 3];
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const labels = { data: [0, 1, 1], shape: [1, 3] };
  const detached = () => {
    const array = new Float32Array(6);
    structuredClone(array.buffer, { transfer: [array.buffer] });
    return array;
  };

  test.each<
    [string, Partial<{ data: ArrayLike<number>; shape: number[]; labels: object; options: object }>, RegExp]
  >([
    [
      'a label outside the classes',
      { labels: { data: [0, 7, 7], shape: [1, 3] } },
      /labels hold 7 \(pixels: 2\); accepted: 0…1; no ignoreIndex/,
    ],
    [
      'a label that is no integer',
      { labels: { data: [0, 0.5, 1], shape: [1, 3] } },
      /labels hold 0.5 \(pixels: 1\)/,
    ],
    [
      'labels of another shape',
      { labels: { data: [0, 1, 1], shape: [3] } },
      /labels of shape \[3\] for logits of shape \[1, 2, 3\]; expected shape \[1, 3\]/,
    ],
    [
      'labels of another length',
      { labels: { data: [0, 1], shape: [1, 3] } },
      /labels of shape \[1, 3\] has data of length 2; expected 3/,
    ],
    [
      'a mask of another shape',
      { options: { mask: { data: [1, 1, 1], shape: [3] } } },
      /mask of shape \[3\] for logits of shape \[1, 2, 3\]; expected shape \[1, 3\]/,
    ],
    [
      'a mask of other values',
      { options: { mask: { data: [1, 2, 0], shape: [1, 3] } } },
      /mask holds 2 at index 1/,
    ],
    ['a logit of NaN', { data: Float32Array.of(1, 2, NaN, 4, 5, 6) }, /logits hold NaN at index 2/],
    [
      'a probability above 1',
      { options: { input: 'probabilities' } },
      /probabilities hold 2 at index 1 \(wrong values: 5\)/,
    ],
    ['a class out of range', { options: { classes: [2] } }, /classes hold 2; accepted: 0…1/],
    ['a class twice', { options: { classes: [1, 1] } }, /classes hold 1 more than once/],
    ['a negative weight', { options: { classWeights: [1, -1] } }, /classWeights\[1\] is -1/],
    [
      'weights of 0',
      { options: { classWeights: [0, 0] } },
      /classWeights \[0, 0\] are 0 for every scored class/,
    ],
    ['too few weights', { options: { classWeights: [1] } }, /classWeights has length 1/],
    [
      'the only class ignored',
      { options: { ignoreIndex: 1, classes: [1] } },
      /classes \[1\] without ignoreIndex 1 leave no class/,
    ],
    [
      'no pixels',
      { data: new Float32Array(0), shape: [0, 2, 3] },
      /logits of shape \[0, 2, 3\]; expected positive integers/,
    ],
    [
      'a detached buffer',
      { data: detached() },
      /logits of shape \[1, 2, 3\] has data of length 0; expected 6/,
    ],
    [
      'detached labels',
      { labels: { data: detached(), shape: [1, 3] } },
      /labels of shape \[1, 3\] has data of length 0; expected 3/,
    ],
    [
      'more pixels than can be counted',
      { shape: [2 ** 16, 2, 2 ** 16] },
      /has 8589934592 entries; kernels count to 2147483647/,
    ],
    [
      'float64 data',
      { data: new Float64Array(6) },
      /logits is of type Float64Array; expected a Float32Array/,
    ],
    [
      'an option of another loss',
      { options: { symmetric: true } },
      /unknown option "symmetric"; accepted: classes/,
    ],
    ['a reduction', { options: { reduction: 'none' } }, /unknown option "reduction"/],
  ])('%s', (_, wrong, message) => {
    const gradient = new Float32Array(6).fill(7);
    expect(() =>
      kernelLoss(
        'lovasz-softmax',
        { data: (wrong.data ?? data) as Float32Array, shape: wrong.shape ?? shape },
        (wrong.labels ?? labels) as typeof labels,
        { ...wrong.options, gradient },
      ),
    ).toThrow(message);
    expect(gradient).toEqual(new Float32Array(6).fill(7));
  });

  test('a detached gradient', () => {
    expect(() => kernelLoss('lovasz-softmax', { data, shape }, labels, { gradient: detached() })).toThrow(
      new RangeError('gradient has length 0; expected 6, that of the input'),
    );
  });

  test('a method for a loss that has none', () => {
    expect(() =>
      kernelLoss('hinge', { data, shape }, { data: [0, 1, 1, 1, 0, 0], shape }, {
        method: 'exact',
      } as object),
    ).toThrow(new TypeError('method is "exact" for hinge; it is of Lovász losses'));
  });
});
