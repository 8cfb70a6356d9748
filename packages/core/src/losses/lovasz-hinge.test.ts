import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { referenceLoss } from '../reference/reference-loss.js';
import { binaryProblem } from './random-problem.fixture.js';

const points = (...data: number[]) => ({ data, shape: [data.length] });

test('known value and gradient', () => {
  // Errors 0 (foreground), 2 (foreground), 1.5 (background): weights 1/3, 1/2, 1/6.
  const { value, gradient } = referenceLoss('lovasz-hinge', points(2, -1, 0.5), points(1, 1, 0));
  expect(value).toBeCloseTo(2 / 2 + 1.5 / 6, 15);
  expect(Array.from(gradient.data)).toEqual([
    expect.closeTo(0),
    expect.closeTo(-1 / 2),
    expect.closeTo(1 / 6),
  ]);
});

test('of one pixel it is the plain hinge', () => {
  fc.assert(
    fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.constantFrom(0, 1), (logit, label) => {
      const lovasz = referenceLoss('lovasz-hinge', points(logit), points(label));
      expect(lovasz).toEqual(referenceLoss('hinge', points(logit), points(label)));
      expect(lovasz.value).toBe(Math.max(0, label === 1 ? 1 - logit : 1 + logit));
    }),
  );
});

test('without foreground it is the largest error', () => {
  const { value, gradient } = referenceLoss('lovasz-hinge', points(-2, 0.5, 5), points(0, 0, 0));
  expect(value).toBe(6);
  expect(Array.from(gradient.data)).toEqual([0, 0, 1]);
});

test('of all foreground it is the plain hinge', () => {
  const logits = points(-2, 0.5, 0.25);
  const { value } = referenceLoss('lovasz-hinge', logits, points(1, 1, 1));
  expect(value).toBeCloseTo(referenceLoss('hinge', logits, points(1, 1, 1)).value, 15);
});

test('separated with margin 1 it is 0', () => {
  const { value, gradient } = referenceLoss('lovasz-hinge', points(3, -2, 1.5), points(1, 0, 1));
  expect(value).toBe(0);
  expect(gradient.data.every((entry) => entry === 0)).toBe(true);
});

test('per image: the mean over images with a valid pixel', () => {
  const logits = { data: [2, -1, 0.5, 1, 1, 1, 0, 0.25, -0.5], shape: [3, 1, 3] };
  const labels = { data: [1, 1, 0, 9, 9, 9, 0, 1, 9], shape: [3, 1, 3] };
  const first = referenceLoss('lovasz-hinge', points(2, -1, 0.5), points(1, 1, 0)).value;
  const last = referenceLoss('lovasz-hinge', points(0, 0.25), points(0, 1)).value;
  const { value, gradient } = referenceLoss('lovasz-hinge', logits, labels, {
    perImage: true,
    ignoreIndex: 9,
  });
  expect(value).toBeCloseTo((first + last) / 2, 15);
  expect(gradient.data.slice(3, 6)).toEqual(new Float64Array(3));
});

test('a batch without a valid pixel has loss 0 and gradient 0', () => {
  for (const perImage of [false, true]) {
    const { value, gradient } = referenceLoss(
      'lovasz-hinge',
      { data: [3, -3], shape: [2, 1] },
      { data: [7, 7], shape: [2, 1] },
      { perImage, ignoreIndex: 7 },
    );
    expect([value, ...gradient.data]).toEqual([0, 0, 0]);
  }
});

test('multilabel: the mean over labels, each a problem of its own, in both layouts', () => {
  const channels = [
    { logits: [2, -1, 0.5], labels: [1, 1, 0] },
    { logits: [0.3, 0.7, -3], labels: [0, 9, 0] },
  ];
  const expected =
    channels
      .map(({ logits, labels }) => {
        return referenceLoss('lovasz-hinge', points(...logits), points(...labels), { ignoreIndex: 9 }).value;
      })
      .reduce((a, b) => a + b) / 2;
  const [a, b] = channels as [(typeof channels)[0], (typeof channels)[0]];
  const interleave = (x: number[], y: number[]) => x.flatMap((value, i) => [value, y[i]!]);

  for (const perImage of [false, true]) {
    const options = { multilabel: true, perImage, ignoreIndex: 9 };
    const first = referenceLoss(
      'lovasz-hinge',
      { data: [...a.logits, ...b.logits], shape: [1, 2, 3] },
      { data: [...a.labels, ...b.labels], shape: [1, 2, 3] },
      options,
    );
    expect(first.value).toBeCloseTo(expected, 15);
    for (const shape of [
      [1, 3, 2],
      [3, 2],
    ]) {
      const last = referenceLoss(
        'lovasz-hinge',
        { data: interleave(a.logits, b.logits), shape },
        { data: interleave(a.labels, b.labels), shape },
        { ...options, layout: 'channels-last' },
      );
      expect(last.value).toBeCloseTo(expected, 15);
    }
  }
});

describe('elu+1', () => {
  test('known value and gradient', () => {
    // Margins −1 (foreground), 2 (foreground), 1.5 (background): errors e⁻¹, 3 and 2.5 in the same order as before.
    const { value, gradient } = referenceLoss('lovasz-hinge', points(2, -1, 0.5), points(1, 1, 0), {
      activation: 'elu+1',
    });
    expect(value).toBeCloseTo(Math.exp(-1) / 3 + 3 / 2 + 2.5 / 6, 15);
    expect(Array.from(gradient.data)).toEqual(
      [-Math.exp(-1) / 3, -1 / 2, 1 / 6].map((entry) => expect.closeTo(entry, 15)),
    );
  });

  test('pixels beyond the margin keep a gradient', () => {
    const { gradient } = referenceLoss('lovasz-hinge', points(3, 1.5, 2), points(1, 1, 1), {
      activation: 'elu+1',
    });
    expect(gradient.data.every((entry) => entry < 0)).toBe(true);
  });
});

describe('symmetric', () => {
  const problem = binaryProblem(7, [2, 3, 5]);
  const inverted = {
    input: { ...problem.input, data: problem.input.data.map((score) => -score) },
    labels: { ...problem.labels, data: problem.labels.data.map((label) => 1 - label) },
  };

  test.each([{}, { perImage: true }, { activation: 'elu+1' as const }])(
    'is the mean of both sides, %p',
    (options) => {
      const { value, gradient } = referenceLoss('lovasz-hinge', problem.input, problem.labels, {
        ...options,
        symmetric: true,
      });
      const one = referenceLoss('lovasz-hinge', problem.input, problem.labels, options);
      const other = referenceLoss('lovasz-hinge', inverted.input, inverted.labels, options);
      expect(one.value).not.toBeCloseTo(other.value, 3);
      expect(value).toBeCloseTo((one.value + other.value) / 2, 14);
      gradient.data.forEach((entry, i) => {
        expect(entry).toBeCloseTo((one.gradient.data[i]! - other.gradient.data[i]!) / 2, 14);
      });
    },
  );

  test('is the same with scores and labels inverted', () => {
    const value = (of: typeof problem) =>
      referenceLoss('lovasz-hinge', of.input, of.labels, { symmetric: true }).value;
    expect(value(inverted)).toBeCloseTo(value(problem), 14);
  });

  test('void pixels are neither foreground nor background', () => {
    const { value, gradient } = referenceLoss('lovasz-hinge', points(2, -1, 0.5, 9), points(1, 1, 0, 7), {
      symmetric: true,
      ignoreIndex: 7,
    });
    const without = referenceLoss('lovasz-hinge', points(2, -1, 0.5), points(1, 1, 0), { symmetric: true });
    expect(value).toBeCloseTo(without.value, 15);
    expect(gradient.data[3]).toBe(0);
  });
});

describe('classes', () => {
  test('present leaves out an image without foreground', () => {
    const logits = { data: [2, -1, 0.5, -0.5, 3, 1], shape: [2, 3] };
    const labels = { data: [1, 1, 0, 0, 0, 0], shape: [2, 3] };
    const first = referenceLoss('lovasz-hinge', points(2, -1, 0.5), points(1, 1, 0)).value;
    const call = (classes: 'present' | 'all') =>
      referenceLoss('lovasz-hinge', logits, labels, { perImage: true, classes });
    expect(call('all').value).toBeCloseTo((first + 4) / 2, 15);
    expect(call('present').value).toBeCloseTo(first, 15);
    expect(call('present').gradient.data.slice(3)).toEqual(new Float64Array(3));
  });

  test('a label without a valid pixel leaves the mean', () => {
    const logits = { data: [2, -1, 0.5, 1, 1, 1], shape: [1, 2, 3] };
    const labels = { data: [1, 1, 0, 9, 9, 9], shape: [1, 2, 3] };
    const { value } = referenceLoss('lovasz-hinge', logits, labels, { multilabel: true, ignoreIndex: 9 });
    expect(value).toBeCloseTo(referenceLoss('lovasz-hinge', points(2, -1, 0.5), points(1, 1, 0)).value, 15);
  });

  test('ignoreIndex may be a label: 1 leaves background alone', () => {
    const { value, gradient } = referenceLoss('lovasz-hinge', points(2, -1, 0.5), points(1, 0, 0), {
      ignoreIndex: 1,
    });
    expect(value).toBe(1.5);
    expect(Array.from(gradient.data)).toEqual([0, 0, 1]);
    const none = referenceLoss('lovasz-hinge', points(2, -1, 0.5), points(1, 0, 0), {
      ignoreIndex: 1,
      classes: 'present',
    });
    expect(none.value).toBe(0);
  });
});
