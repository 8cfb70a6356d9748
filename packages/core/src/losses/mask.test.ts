import { describe, expect, test } from '@jest/globals';
import { referenceBackend } from '../reference/reference-backend.js';
import { referenceLoss, type ReferenceOptions } from '../reference/reference-loss.js';
import { referenceTensor } from '../reference/reference-tensor.js';
import { crossEntropy } from './cross-entropy.js';
import type { LossName } from '../backend/loss-call.js';
import { binaryLosses } from '../backend/loss-call.js';
import { lossesByName } from './losses-by-name.js';
import { lovaszHinge } from './lovasz-hinge.js';
import { binaryProblem, multiclassProblem, randomNumbers } from './random-problem.fixture.js';

const names = Object.keys(lossesByName) as LossName[];
const voidLabel = 255;

function maskOf({ data, shape }: { data: readonly number[]; shape: readonly number[] }) {
  const random = randomNumbers(9);
  return { data: data.map(() => (random() < 0.6 ? 1 : 0)), shape };
}

describe.each(names)('%s', (name) => {
  const isBinary = binaryLosses.has(name);
  const { input, labels } = isBinary ? binaryProblem(1) : multiclassProblem(1);
  const mask = maskOf(labels);
  const ignored = {
    ...labels,
    data: labels.data.map((label, i) => (mask.data[i] === 0 ? voidLabel : label)),
  };
  const variants: ReferenceOptions<'lovasz-hinge'>[] = [{}];
  if (name !== 'hinge' && name !== 'cross-entropy') variants.push({ perImage: true }, { classes: 'all' });
  if (isBinary) variants.push({ multilabel: true });

  test.each(variants)('pixels of mask 0 are as if they were ignored, with %p', (options) => {
    const masked = referenceLoss(name, input, labels, { ...options, mask });
    expect(masked).toEqual(referenceLoss(name, input, ignored, { ...options, ignoreIndex: voidLabel }));
    expect(masked.value).not.toBe(referenceLoss(name, input, labels, options).value);
  });

  test('mask and ignoreIndex leave out the pixels of either', () => {
    const half = labels.data.map((label, i) => (mask.data[i] === 0 && i % 2 === 0 ? voidLabel : label));
    const rest = mask.data.map((shown, i) => (i % 2 === 0 ? 1 : shown));
    const both = referenceLoss(name, input, { ...labels, data: half }, {
      ignoreIndex: voidLabel,
      mask: { ...mask, data: rest },
    } as object);
    expect(both).toEqual(referenceLoss(name, input, ignored, { ignoreIndex: voidLabel }));
  });

  test('an ignoreIndex inside the range may be joined by a mask', () => {
    const inside = labels.data.map((label, i) => (mask.data[i] === 0 ? 1 : label));
    const both = referenceLoss(name, input, labels, { ignoreIndex: 1, mask } as object);
    expect(both).toEqual(referenceLoss(name, input, { ...labels, data: inside }, { ignoreIndex: 1 }));
  });

  test('masked labels may be anything, even NaN', () => {
    const wild = labels.data.map((label, i) => (mask.data[i] === 0 ? NaN : label));
    expect(referenceLoss(name, input, { ...labels, data: wild }, { mask } as object)).toEqual(
      referenceLoss(name, input, labels, { mask } as object),
    );
  });

  test('a mask of 0 gives 0 with gradient 0', () => {
    const nothing = { ...mask, data: mask.data.map(() => 0) };
    const { value, gradient } = referenceLoss(name, input, labels, { mask: nothing } as object);
    expect([value, ...gradient.data].every((entry) => entry === 0)).toBe(true);
  });
});

test('a mask of another shape is refused with both shapes', () => {
  const mask = referenceTensor([1, 0, 1], [3]);
  const labels = referenceTensor([0, 1], [2]);
  expect(() =>
    crossEntropy(referenceBackend, referenceTensor([1, 2, 3, 4], [2, 2]), labels, { mask }),
  ).toThrow(new RangeError('mask of shape [3] for logits of shape [2, 2]; expected shape [2]'));
  expect(() => lovaszHinge(referenceBackend, referenceTensor([1, 2], [2]), labels, { mask })).toThrow(
    new RangeError('mask of shape [3] for logits of shape [2]; expected shape [2]'),
  );
});

test('a mask holds 0 and 1 only', () => {
  const points = { data: [1, 2], shape: [2] };
  expect(() => referenceLoss('hinge', points, points, { mask: { data: [1, 2], shape: [2] } })).toThrow(
    new RangeError('mask holds 2 at index 1 (wrong values: 1); expected 0 or 1'),
  );
});
