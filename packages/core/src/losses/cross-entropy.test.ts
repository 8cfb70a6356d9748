import { describe, expect, test } from '@jest/globals';
import { referenceLoss } from '../reference/reference-loss.js';
import { binaryProblem } from './random-problem.fixture.js';

const probabilities = [
  [0.7, 0.2, 0.1],
  [0.4, 0.5, 0.1],
  [0.3, 0.3, 0.4],
  [0.2, 0.2, 0.6],
];
const logits = probabilities.map((pixel) => pixel.map((p) => Math.log(p) - 3));
const labels = { data: [0, 1, 1, 255], shape: [4] };
const options = { ignoreIndex: 255 };

describe.each([
  ['logits', logits],
  ['probabilities', probabilities],
] as const)('from %s', (input, pixels) => {
  const values = { data: pixels.flat(), shape: [4, 3] };

  test('the mean of −log f over valid pixels', () => {
    const { value } = referenceLoss('cross-entropy', values, labels, { ...options, input });
    expect(value).toBeCloseTo(-(Math.log(0.7) + Math.log(0.5) + Math.log(0.3)) / 3, 14);
  });

  test('class weights divide by the sum of the weights of the pixels', () => {
    const { value } = referenceLoss('cross-entropy', values, labels, {
      ...options,
      input,
      classWeights: [2, 0.5, 7],
    });
    const sum = 2 * Math.log(0.7) + 0.5 * Math.log(0.5) + 0.5 * Math.log(0.3);
    expect(value).toBeCloseTo(-sum / 3, 14);
  });

  test('an ignored class leaves with its pixels', () => {
    const target = { data: [0, 1, 1, 2], shape: [4] };
    const { value, gradient } = referenceLoss('cross-entropy', values, target, { input, ignoreIndex: 1 });
    expect(value).toBeCloseTo(-(Math.log(0.7) + Math.log(0.6)) / 2, 14);
    expect(gradient.data.slice(3, 9).every((entry) => entry === 0)).toBe(true);
  });

  test('without a valid pixel it is 0 with gradient 0', () => {
    const target = { data: [255, 255, 255, 255], shape: [4] };
    const { value, gradient } = referenceLoss('cross-entropy', values, target, { ...options, input });
    expect(value).toBe(0);
    expect(gradient.data.every((entry) => entry === 0)).toBe(true);
  });

  test('images in either layout', () => {
    const target = { data: labels.data, shape: [2, 2] };
    const expected = referenceLoss('cross-entropy', values, labels, { ...options, input });
    const last = { data: values.data, shape: [2, 2, 3] };
    const first = {
      data: values.data.map((_, i) => pixels[Math.floor(i / 6) * 2 + (i % 2)]![Math.floor(i / 2) % 3]!),
      shape: [2, 3, 2],
    };
    const ofLast = referenceLoss('cross-entropy', last, target, {
      ...options,
      input,
      layout: 'channels-last',
    });
    expect(ofLast.value).toBeCloseTo(expected.value, 14);
    expect(Array.from(ofLast.gradient.data)).toEqual(Array.from(expected.gradient.data));
    const ofFirst = referenceLoss('cross-entropy', first, target, { ...options, input });
    expect(ofFirst.value).toBeCloseTo(expected.value, 14);
    expect(ofFirst.gradient.data[2]).toBeCloseTo(expected.gradient.data[1]!, 14);
  });
});

test('the gradient to logits is (f − y) / p', () => {
  const { gradient } = referenceLoss(
    'cross-entropy',
    { data: logits.flat(), shape: [4, 3] },
    labels,
    options,
  );
  const expected = [-0.3, 0.2, 0.1, 0.4, -0.5, 0.1, 0.3, -0.7, 0.4, 0, 0, 0];
  gradient.data.forEach((entry, i) => expect(entry).toBeCloseTo(expected[i]! / 3, 14));
});

test('logits far apart do not overflow', () => {
  const { value } = referenceLoss(
    'cross-entropy',
    { data: [1000, -1000], shape: [1, 2] },
    { data: [1], shape: [1] },
  );
  expect(value).toBe(2000);
});

test('a probability of 0 matters only at its label', () => {
  const target = { data: [0], shape: [1] };
  const values = { data: [1, 0], shape: [1, 2] };
  const right = referenceLoss('cross-entropy', values, target, { input: 'probabilities' });
  expect(right.value).toBe(0);
  expect(Array.from(right.gradient.data)).toEqual([-1, expect.closeTo(0)]);
  const wrong = { data: [1], shape: [1] };
  expect(referenceLoss('cross-entropy', values, wrong, { input: 'probabilities' }).value).toBe(Infinity);
});

describe('multilabel', () => {
  const { input, labels } = binaryProblem(8, [2, 3, 4]);
  labels.data = labels.data.map((label, i) => (i % 7 === 2 ? 255 : label));
  const options = { multilabel: true, ignoreIndex: 255, classWeights: [1, 0.5, 2] };
  const weightOf = (place: number) =>
    labels.data[place] === 255 ? 0 : options.classWeights[Math.floor(place / 4) % 3]!;
  const total = labels.data.reduce((sum, _, place) => sum + weightOf(place), 0);

  test('is binary cross-entropy, with the gradient σ(x) − y', () => {
    const { value, gradient } = referenceLoss('cross-entropy', input, labels, options);
    const f = input.data.map((logit) => 1 / (1 + Math.exp(-logit)));
    const expected = f.reduce(
      (sum, each, place) =>
        sum - (weightOf(place) / total) * Math.log(labels.data[place] === 1 ? each : 1 - each),
      0,
    );
    expect(value).toBeCloseTo(expected, 14);
    gradient.data.forEach((entry, place) => {
      expect(entry).toBeCloseTo((weightOf(place) / total) * (f[place]! - labels.data[place]!), 14);
    });
    const probabilities = referenceLoss('cross-entropy', { ...input, data: f }, labels, {
      ...options,
      input: 'probabilities',
    });
    expect(probabilities.value).toBeCloseTo(value, 14);
  });

  test('far logits neither overflow nor lose their gradient', () => {
    const { value, gradient } = referenceLoss(
      'cross-entropy',
      { data: [1000, -1000, 1000, -1000], shape: [2, 2] },
      { data: [1, 1, 0, 0], shape: [2, 2] },
      { multilabel: true },
    );
    expect(value).toBe(500);
    expect(Array.from(gradient.data)).toEqual([expect.closeTo(0), -0.25, 0.25, expect.closeTo(0)]);
  });
});
