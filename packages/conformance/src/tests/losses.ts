import {
  binaryLosses,
  type LossName,
  lossesByName,
  optionNames,
  referenceLoss,
  referenceTensor,
  type Values,
  valueAndGradient,
} from '@lovasz/core';
import type { BackendLoss, Evaluation } from '../adapter.js';
import type { ConformanceContext, ConformanceTest } from '../conformance-test.js';
import { expectDirection, expectEvaluation, expectGradient, expectValue } from '../expectations.js';
import { goldenVectors } from '../golden-vectors.js';
import { randomNumbers, randomPermutation } from '../random.js';
import {
  asPoints,
  binaryProblem,
  channelsLast,
  type LossProblem,
  multiclassProblem,
  voidLabel,
} from './problems.js';

type AnyOptions = Record<string, unknown>;
type LossOfAnyOptions = <T>(...args: [...Parameters<typeof lossesByName.hinge<T>>]) => T;

const names = Object.keys(lossesByName) as LossName[];
const multiclassNames = names.filter((name) => !binaryLosses.has(name));

const optionNamesOf = (name: LossName): readonly string[] => optionNames[name];

/** Evaluates a loss of core through the adapter. */
async function evaluate(
  { adapter }: ConformanceContext,
  name: LossName,
  { input, labels }: LossProblem,
  options: AnyOptions = {},
): Promise<Evaluation> {
  return adapter.evaluate(lossOf(name, options), input, labels);
}

/** The loss with its options; a mask among them is of plain numbers. */
function lossOf(name: LossName, options: AnyOptions): BackendLoss {
  const { mask, ...others } = options as AnyOptions & { readonly mask?: Values };
  return (backend, x, y) =>
    (lossesByName[name] as LossOfAnyOptions)(backend, x, y, {
      ...others,
      ...(mask === undefined ? {} : { mask: backend.constant(mask.data, mask.shape) }),
    });
}

const points = (logits: readonly number[], labels: readonly number[]): LossProblem => ({
  input: { data: logits, shape: [logits.length] },
  labels: { data: labels, shape: [labels.length] },
});

/** Points of several classes, `[points, classes]`. */
const classPoints = (logits: readonly (readonly number[])[], labels: readonly number[]): LossProblem => ({
  input: { data: logits.flat(), shape: [logits.length, logits[0]!.length] },
  labels: { data: labels, shape: [labels.length] },
});

const problemOf = (name: LossName, seed: number): LossProblem =>
  binaryLosses.has(name) ? binaryProblem(seed) : multiclassProblem(seed);

const ignoring = { ignoreIndex: voidLabel };

/** A mask that hides every third pixel. */
function maskOf({ labels }: LossProblem): Values {
  return { data: Array.from(labels.data, (_, pixel) => (pixel % 3 === 1 ? 0 : 1)), shape: labels.shape };
}

/** The problem with class 0 in the place of void. */
function ignoringFirst({ input, labels }: LossProblem): LossProblem {
  const data = Array.from(labels.data, (label) => (label === voidLabel ? 0 : label));
  return { input, labels: { ...labels, data } };
}

/** Every way to call a loss that leads the backend along another path. */
function variantsOf(name: LossName): readonly (readonly [string, LossProblem, AnyOptions])[] {
  const problem = problemOf(name, 21);
  const has = (...options: string[]) => options.every((option) => optionNamesOf(name).includes(option));
  const binary = binaryProblem(27, [1, 2, 4]);
  const variants: (readonly [string, LossProblem, AnyOptions])[] = [
    ['plain', problem, ignoring],
    ['a mask', problem, { ...ignoring, mask: maskOf(problem) }],
    ['per image', problem, { ...ignoring, perImage: true }],
    ['all classes', problem, { ...ignoring, classes: 'all' }],
    ['present classes', problem, { ...ignoring, classes: 'present', perImage: true }],
    ['elu+1', problem, { ...ignoring, activation: 'elu+1' }],
    ['symmetric', problem, { ...ignoring, symmetric: true }],
    ['other terms', problem, { ...ignoring, terms: { 'cross-entropy': 0.5, 'soft-jaccard': 2 } }],
    ['multilabel', binary, { ...ignoring, multilabel: true, classWeights: [1, 0.5] }],
    ['multilabel, last', binary, { ...ignoring, multilabel: true, layout: 'channels-last' }],
  ];
  if (!binaryLosses.has(name)) {
    variants.push(
      ['channels last', channelsLast(problem), { ...ignoring, layout: 'channels-last' }],
      ['points', asPoints(problem), ignoring],
      ['class weights', problem, { ...ignoring, classWeights: [1, 0.5, 2] }],
      ['listed classes', problem, { ...ignoring, classes: [2, 0] }],
      ['a class ignored', ignoringFirst(problem), { mask: maskOf(problem), ignoreIndex: 0 }],
    );
  }
  return variants.filter(([, , options]) => has(...Object.keys(options)));
}

async function agreesWithReference(context: ConformanceContext, name: LossName): Promise<void> {
  for (const [variant, problem, options] of variantsOf(name)) {
    const found = await evaluate(context, name, problem, options);
    const { value, gradient } = referenceLoss(name, problem.input, problem.labels, options);
    expectEvaluation(found, { value, gradient: gradient.data }, context.options, variant);
  }
}

/** The parts of a loss by reduction `none`, told apart by factors 1, 2, 3, … in their sum. */
async function agreesInParts(context: ConformanceContext, name: LossName): Promise<void> {
  const variants: readonly AnyOptions[] = [{}, { perImage: true }].filter((options) =>
    Object.keys(options).every((option) => optionNamesOf(name).includes(option)),
  );
  const { input, labels } = problemOf(name, 28);
  for (const options of variants) {
    const parts = lossOf(name, { ...ignoring, ...options, reduction: 'none' });
    const loss: BackendLoss = (backend, x, y) => {
      const each = backend.reshape(parts(backend, x, y), [-1, 1]);
      const factors = Array.from({ length: countParts(name, input, labels, options) }, (_, part) => part + 1);
      return backend.sum(backend.multiply(each, backend.constant(factors, [factors.length, 1])), [0, 1]);
    };
    const found = await context.adapter.evaluate(loss, input, labels);
    const target = referenceTensor(labels.data, labels.shape);
    const expected = valueAndGradient(
      (backend, x) => backend.reshape(loss(backend, x!, target), []),
      [referenceTensor(input.data, input.shape)],
    );
    const evaluation = { value: expected.value, gradient: expected.gradients[0]!.data };
    expectEvaluation(found, evaluation, context.options, JSON.stringify(options));
  }
}

/** How many losses the reduction `none` gives. */
function countParts(name: LossName, input: Values, labels: Values, options: AnyOptions): number {
  if (name === 'cross-entropy' || name === 'hinge') return labels.data.length;
  const images = options['perImage'] === true ? input.shape[0]! : 1;
  return images * (binaryLosses.has(name) ? 1 : input.shape[1]!);
}

async function agreesWithDifferences(context: ConformanceContext, name: LossName): Promise<void> {
  const step = 1 / 512;
  const { input, labels } = binaryLosses.has(name)
    ? binaryProblem(22, [1, 1, 7])
    : multiclassProblem(22, [1, 3, 2, 2]);
  const { gradient } = await evaluate(context, name, { input, labels }, ignoring);
  const valueAt = async (place: number, shift: number) => {
    const data = Array.from(input.data);
    data[place]! += shift;
    return (await evaluate(context, name, { input: { ...input, data }, labels }, ignoring)).value;
  };
  const differences: number[] = [];
  for (let place = 0; place < input.data.length; place++) {
    differences.push(((await valueAt(place, step)) - (await valueAt(place, -step))) / (2 * step));
  }
  // Rounding of the value over the step, and the curvature of the softmax.
  expectGradient(gradient, differences, 1e-3 + (2 * context.options.tolerance.value) / step);
}

/** Class c becomes class `renamed[c]`. */
async function followsRenamedClasses(context: ConformanceContext, name: LossName): Promise<void> {
  const problem = multiclassProblem(23);
  const renamed = [2, 0, 1];
  const [images, classes, height, width] = problem.input.shape as [number, number, number, number];
  const area = height * width;
  const rename = (values: ArrayLike<number>) => {
    const result = new Array<number>(values.length);
    for (let block = 0; block < images * classes; block++) {
      const [image, id] = [Math.floor(block / classes), block % classes];
      for (let pixel = 0; pixel < area; pixel++) {
        result[(image * classes + renamed[id]!) * area + pixel] = values[block * area + pixel]!;
      }
    }
    return result;
  };
  const moved: LossProblem = {
    input: { data: rename(problem.input.data), shape: problem.input.shape },
    labels: {
      data: Array.from(problem.labels.data, (label) => renamed[label] ?? label),
      shape: problem.labels.shape,
    },
  };
  for (const classes of ['present', 'all']) {
    const options = name === 'cross-entropy' ? ignoring : { ...ignoring, classes };
    const found = await evaluate(context, name, moved, options);
    const { value, gradient } = await evaluate(context, name, problem, options);
    expectEvaluation(found, { value, gradient: rename(gradient) }, context.options, `classes ${classes}`);
  }
}

async function followsPermutedPixels(context: ConformanceContext, name: LossName): Promise<void> {
  const problem = binaryLosses.has(name) ? binaryProblem(24, [1, 1, 14]) : asPoints(multiclassProblem(24));
  const pixels = problem.labels.data.length;
  const width = problem.input.data.length / pixels;
  const order = randomPermutation(pixels, randomNumbers(25));
  const permute = (values: ArrayLike<number>, length: number) =>
    order.flatMap((pixel) => Array.from({ length }, (_, i) => values[pixel * length + i]!));
  const moved: LossProblem = {
    input: { ...problem.input, data: permute(problem.input.data, width) },
    labels: { ...problem.labels, data: permute(problem.labels.data, 1) },
  };
  const found = await evaluate(context, name, moved, ignoring);
  const { value, gradient } = await evaluate(context, name, problem, ignoring);
  expectEvaluation(found, { value, gradient: permute(gradient, width) }, context.options, 'permuted');
}

const tests: Record<string, (context: ConformanceContext) => Promise<void>> = {
  'lovasz-hinge of one pixel is the hinge': async (context) => {
    for (const label of [0, 1]) {
      for (const score of [-2, -0.5, 0.5, 2]) {
        const margin = 1 - score * (2 * label - 1);
        const expected = { value: Math.max(margin, 0), gradient: [margin > 0 ? 1 - 2 * label : 0] };
        const found = await evaluate(context, 'lovasz-hinge', points([score], [label]));
        expectEvaluation(found, expected, context.options, `score ${score}, label ${label}`);
      }
    }
  },

  'lovasz-hinge of foreground alone is the hinge': async (context) => {
    const problem = points([-2, 0.5, 0.25, 3], [1, 1, 1, 1]);
    const found = await evaluate(context, 'lovasz-hinge', problem);
    const expected = { value: (3 + 0.5 + 0.75) / 4, gradient: [-1 / 4, -1 / 4, -1 / 4, 0] };
    expectEvaluation(found, expected, context.options, 'foreground alone');
  },

  'lovasz-hinge without foreground is the largest error': async (context) => {
    const found = await evaluate(context, 'lovasz-hinge', points([-2, 0.5, 5], [0, 0, 0]));
    expectEvaluation(found, { value: 6, gradient: [0, 0, 1] }, context.options, 'no foreground');
  },

  'lovasz-softmax of one pixel is its error': async (context) => {
    // The labelled class and the two others have errors 1 − f, f and f; only the labelled one is present.
    const [a, b, c] = [2, 0.5, -1].map(Math.exp) as [number, number, number];
    const f = b / (a + b + c);
    const slope = (logit: number, own: number) => f * (own - logit / (a + b + c)) * -1;
    const found = await evaluate(context, 'lovasz-softmax', classPoints([[2, 0.5, -1]], [1]));
    const expected = { value: 1 - f, gradient: [slope(a, 0), slope(b, 1), slope(c, 0)] };
    expectEvaluation(found, expected, context.options, 'one pixel');
  },

  'losses over classes refuse one class': async (context) => {
    for (const name of multiclassNames) {
      const refused = await evaluate(context, name, classPoints([[3], [-2]], [0, 0])).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      if (refused?.includes('one class') !== true) {
        throw new Error(
          `${name} of one class: expected an error that says so, found ${refused ?? 'a value'}`,
        );
      }
    }
  },

  'lovasz-softmax counts an absent class only if asked for': async (context) => {
    // Two classes with equal and opposite probabilities; class 1 has no pixel and is wrong by at most 0.75.
    const problem = classPoints(
      [
        [0.75, 0.25],
        [0.25, 0.75],
      ].map((f) => f.map(Math.log)),
      [0, 0],
    );
    const present = await evaluate(context, 'lovasz-softmax', problem);
    expectValue(present.value, (0.25 + 0.75) / 2, context.options, 'present classes: loss');
    const all = await evaluate(context, 'lovasz-softmax', problem, { classes: 'all' });
    expectValue(all.value, ((0.25 + 0.75) / 2 + 0.75) / 2, context.options, 'all classes: loss');
  },
};

for (const name of names) {
  tests[`${name} agrees with the float64 reference`] = (context) => agreesWithReference(context, name);
  if (optionNamesOf(name).includes('reduction')) {
    tests[`${name} agrees with the float64 reference in every part`] = (context) =>
      agreesInParts(context, name);
  }
  tests[`${name} has the gradient of central differences`] = (context) =>
    agreesWithDifferences(context, name);
  tests[`${name} follows the pixels into another order`] = (context) => followsPermutedPixels(context, name);
  tests[`${name} without a valid pixel is 0`] = async (context) => {
    const { input, labels } = problemOf(name, 26);
    const data = Array.from(labels.data, () => voidLabel);
    const found = await evaluate(context, name, { input, labels: { ...labels, data } }, ignoring);
    const expected = { value: 0, gradient: Array.from(input.data, () => 0) };
    expectEvaluation(found, expected, context.options, 'no valid pixel');
  };
}

for (const name of multiclassNames) {
  tests[`${name} follows the classes under other names`] = (context) => followsRenamedClasses(context, name);
}

for (const golden of goldenVectors) {
  tests[`${golden.loss} has the expected values of ${golden.name}`] = async (context) => {
    const { options } = context;
    const found = await evaluate(context, golden.loss, golden);
    if (options.method === 'histogram') {
      expectValue(found.value, golden.value, options);
      expectDirection(found.gradient, golden.gradient, options, 'gradient');
    } else expectEvaluation(found, golden, options, golden.name);
  };
}

/** The laws of the losses, and values known from elsewhere. */
export const lossTests: readonly ConformanceTest[] = Object.entries(tests).map(([name, run]) => ({
  name,
  run,
}));
