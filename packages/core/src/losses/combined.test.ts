import { describe, expect, test } from '@jest/globals';
import { referenceBackend } from '../reference/reference-backend.js';
import { referenceLoss } from '../reference/reference-loss.js';
import { referenceTensor } from '../reference/reference-tensor.js';
import { combined, type CombinedOptions } from './combined.js';
import { multiclassProblem } from './random-problem.fixture.js';

const { input, labels } = multiclassProblem(11);
labels.data = labels.data.map((label, i) => (i % 5 === 1 ? 255 : label));
const ignoring = { ignoreIndex: 255 };

describe('is the sum of its terms', () => {
  test.each<[string, CombinedOptions]>([
    ['by default of cross-entropy and Lovász-Softmax', {}],
    ['with options', { classes: [2, 0], classWeights: [1, 0.5, 2], perImage: true }],
    ['with other factors', { terms: { 'cross-entropy': 0.25, 'lovasz-softmax': 0.5, 'soft-jaccard': 2 } }],
    ['of one', { terms: { 'soft-jaccard': 3, 'cross-entropy': 0 } }],
  ])('%s', (_, options) => {
    const { terms = { 'cross-entropy': 1, 'lovasz-softmax': 1 }, classes, perImage, ...shared } = options;
    const found = referenceLoss('combined', input, labels, { ...ignoring, ...options });
    const ofClasses = { ...ignoring, ...shared, classes, perImage };
    const parts = [
      [
        terms['cross-entropy'] ?? 0,
        referenceLoss('cross-entropy', input, labels, { ...ignoring, ...shared }),
      ],
      [terms['lovasz-softmax'] ?? 0, referenceLoss('lovasz-softmax', input, labels, ofClasses)],
      [terms['soft-jaccard'] ?? 0, referenceLoss('soft-jaccard', input, labels, ofClasses)],
    ] as const;
    const add = (of: (part: (typeof parts)[0][1]) => number) =>
      parts.reduce((sum, [factor, part]) => sum + factor * of(part), 0);
    expect(found.value).toBeCloseTo(
      add(({ value }) => value),
      14,
    );
    found.gradient.data.forEach((entry, i) => {
      expect(entry).toBeCloseTo(
        add(({ gradient }) => gradient.data[i]!),
        14,
      );
    });
  });

  test('with probabilities and classes last', () => {
    const x = referenceTensor(input.data, input.shape);
    const y = referenceTensor(labels.data, labels.shape);
    const last = referenceBackend.transpose(referenceBackend.softmax(x, 1), [0, 2, 3, 1]);
    const options = { ...ignoring, input: 'probabilities', layout: 'channels-last' } as const;
    const found = combined(referenceBackend, last, y, options).data[0];
    expect(found).toBeCloseTo(combined(referenceBackend, x, y, ignoring).data[0]!, 14);
  });
});

describe('losses on binary labels take each class against the rest', () => {
  const names = ['hinge', 'lovasz-hinge', 'lovasz-sigmoid', 'binary-cross-entropy'] as const;
  const classCount = input.shape[1]!;
  const area = input.shape[2]! * input.shape[3]!;
  /** The same problem with a label 0, 1 or 255 for every class. */
  const each = {
    shape: input.shape,
    data: Array.from(input.data, (_, place) => {
      const image = Math.floor(place / (classCount * area));
      const label = labels.data[image * area + (place % area)]!;
      return label === 255 ? 255 : Number(label === Math.floor(place / area) % classCount);
    }),
  };

  const multilabelOf = (name: (typeof names)[number]) =>
    name === 'binary-cross-entropy' ? 'cross-entropy' : name;

  test.each(names)('%s', (name) => {
    for (const given of [{}, { classWeights: [1, 0.5, 2] }, { perImage: true, classes: [0, 2] }]) {
      if (!name.startsWith('lovasz') && 'perImage' in given) continue;
      const options = { ...ignoring, ...given };
      const found = referenceLoss('combined', input, labels, { ...options, terms: { [name]: 1 } });
      const expected = referenceLoss(multilabelOf(name), input, each, { ...options, multilabel: true });
      expect(found.value).toBeCloseTo(expected.value, 14);
      found.gradient.data.forEach((entry, i) => expect(entry).toBeCloseTo(expected.gradient.data[i]!, 14));
    }
  });

  test.each(names)('%s does not score an ignored class', (name) => {
    const { gradient } = referenceLoss('combined', input, labels, {
      mask: { data: Array.from(labels.data, (label) => (label === 255 ? 0 : 1)), shape: labels.shape },
      ignoreIndex: 0,
      terms: { [name]: 1 },
    });
    const ofClass = (id: number) =>
      gradient.data.filter((_, place) => Math.floor(place / area) % classCount === id);
    expect(new Set(ofClass(0))).toEqual(new Set([0]));
    expect(ofClass(1).some((entry) => entry !== 0)).toBe(true);
  });

  test.each(names)('%s of one score per pixel takes label 1 for the foreground', (name) => {
    const scores = { data: input.data.slice(0, 2 * area), shape: [2, 1, ...input.shape.slice(2)] };
    const ofScore = (data: ArrayLike<number>) =>
      Array.from(data, (label) => (label === 255 ? 255 : label % 2));
    const targets = { data: ofScore(labels.data.slice(0, 2 * area)), shape: [2, ...input.shape.slice(2)] };
    const found = referenceLoss('combined', scores, targets, { ...ignoring, terms: { [name]: 1 } });
    const expected = referenceLoss(
      multilabelOf(name),
      scores,
      { ...targets, shape: scores.shape },
      { ...ignoring, multilabel: true },
    );
    expect(found.value).toBeCloseTo(expected.value, 14);
    expect(found.gradient.data).toEqual(expected.gradient.data);
  });

  test('beside the others', () => {
    const terms = { 'cross-entropy': 0.5, hinge: 1, 'lovasz-sigmoid': 2 } as const;
    const parts = Object.entries(terms).map(([name, factor]) => {
      return factor * referenceLoss('combined', input, labels, { ...ignoring, terms: { [name]: 1 } }).value;
    });
    const { value } = referenceLoss('combined', input, labels, { ...ignoring, terms });
    expect(value).toBeCloseTo(
      parts.reduce((a, b) => a + b),
      14,
    );
  });
});

test('one softmax serves all terms', () => {
  let count = 0;
  const counting = {
    ...referenceBackend,
    softmax: (x: never, axis: number) => ((count += 1), referenceBackend.softmax(x, axis)),
    logSoftmax: (x: never, axis: number) => ((count += 1), referenceBackend.logSoftmax(x, axis)),
  };
  combined(counting, referenceTensor(input.data, input.shape), referenceTensor(labels.data, labels.shape), {
    terms: { 'cross-entropy': 1, 'lovasz-softmax': 1, 'soft-jaccard': 1 },
  });
  expect(count).toBe(1);
});

describe('refuses', () => {
  const call = (options: object, shape = [2, 2]) => {
    return () =>
      combined(referenceBackend, referenceTensor([1, 2, 3, 4], shape), referenceTensor([0, 1], [2]), options);
  };
  test.each([
    [
      { terms: { dice: 1 } },
      'terms hold "dice"; accepted: cross-entropy, lovasz-softmax, soft-jaccard, hinge, lovasz-hinge, lovasz-sigmoid, ' +
        'binary-cross-entropy',
    ],
    [
      { terms: { 'lovasz-hinge': 1 }, input: 'probabilities' },
      'terms hold "lovasz-hinge" and input is "probabilities"; expected "logits"',
    ],
    [{ terms: [1] }, 'terms is [1]; expected an object with a number ≥ 0 per loss'],
  ])('%p', (options, message) => expect(call(options)).toThrow(new TypeError(message)));
  test.each([
    [{ terms: { 'cross-entropy': -1 } }, 'terms["cross-entropy"] is -1; expected a finite number ≥ 0'],
    [{ terms: { 'soft-jaccard': NaN } }, 'terms["soft-jaccard"] is NaN; expected a finite number ≥ 0'],
    [{ terms: { 'cross-entropy': 0 } }, 'terms hold no positive factor; expected at least one'],
  ])('%p', (options, message) => expect(call(options)).toThrow(new RangeError(message)));
  test('points without classes', () => {
    expect(call({}, [4])).toThrow(
      new RangeError('logits of shape [4]; expected at least 2 dimensions, one of them classes'),
    );
  });
});
