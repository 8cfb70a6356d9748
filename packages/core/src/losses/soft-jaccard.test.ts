import { expect, test } from '@jest/globals';
import { referenceLoss } from '../reference/reference-loss.js';

const values = { data: [0.8, 0.2, 0.4, 0.6, 0.9, 0.1], shape: [3, 2] };
const options = { input: 'probabilities', ignoreIndex: 255 } as const;

test('one minus intersection over union, class by class', () => {
  const { value } = referenceLoss('soft-jaccard', values, { data: [0, 1, 255], shape: [3] }, options);
  const class0 = 1 - 0.8 / (1 + 0.4);
  const class1 = 1 - 0.6 / (1 + 0.2);
  expect(value).toBeCloseTo((class0 + class1) / 2, 14);
});

test('an absent class counts only if asked for, and then fully', () => {
  const labels = { data: [0, 0, 255], shape: [3] };
  const present = referenceLoss('soft-jaccard', values, labels, options).value;
  expect(present).toBeCloseTo(1 - 1.2 / 2, 14);
  const all = referenceLoss('soft-jaccard', values, labels, { ...options, classes: 'all' }).value;
  expect(all).toBeCloseTo((present + 1) / 2, 14);
});

test('on hard predictions it is the Jaccard loss', () => {
  const hard = { data: [1, 0, 0, 1, 1, 0], shape: [3, 2] };
  const { value } = referenceLoss('soft-jaccard', hard, { data: [0, 1, 1], shape: [3] }, options);
  expect(value).toBeCloseTo(1 - (1 / 2 + 1 / 2) / 2, 14);
});

test('without a valid pixel it is 0 with gradient 0', () => {
  const labels = { data: [255, 255, 255], shape: [3] };
  for (const classes of ['present', 'all'] as const) {
    const { value, gradient } = referenceLoss('soft-jaccard', values, labels, { ...options, classes });
    expect(value).toBe(0);
    expect(gradient.data.every((entry) => entry === 0)).toBe(true);
  }
});

test('multilabel is the loss of [23] of each label, the probability being its sigmoid', () => {
  const logits = { data: [1, -2, 0.5, 0, 3, -1], shape: [1, 2, 3] };
  const labels = { data: [1, 0, 1, 0, 1, 255], shape: [1, 2, 3] };
  const [a, b, c, d, e] = logits.data.map((x) => 1 / (1 + Math.exp(-x))) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const first = 1 - (a + c) / (a + b + c + 2 - a - c);
  const second = 1 - e / (d + e + 1 - e);
  for (const perImage of [false, true]) {
    const options = { multilabel: true, ignoreIndex: 255, perImage };
    expect(referenceLoss('soft-jaccard', logits, labels, options).value).toBeCloseTo(
      (first + second) / 2,
      14,
    );
  }
  const { value } = referenceLoss('soft-jaccard', logits, labels, {
    multilabel: true,
    ignoreIndex: 255,
    classWeights: [3, 1],
  });
  expect(value).toBeCloseTo((3 * first + second) / 4, 14);
});
