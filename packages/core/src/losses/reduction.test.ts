import { describe, expect, test } from '@jest/globals';
import { referenceBackend } from '../reference/reference-backend.js';
import { referenceLoss } from '../reference/reference-loss.js';
import { type ReferenceTensor, referenceTensor } from '../reference/reference-tensor.js';
import { valueAndGradient } from '../reference/value-and-gradient.js';
import { crossEntropy } from './cross-entropy.js';
import { hinge } from './hinge.js';
import { lovaszHinge } from './lovasz-hinge.js';
import { lovaszSigmoid } from './lovasz-sigmoid.js';
import { lovaszSoftmax } from './lovasz-softmax.js';
import { binaryProblem, multiclassProblem } from './random-problem.fixture.js';
import { softJaccard } from './soft-jaccard.js';

const tensor = ({ data, shape }: { data: readonly number[]; shape: readonly number[] }) =>
  referenceTensor(data, shape);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;

describe.each([
  ['lovasz-softmax', lovaszSoftmax],
  ['soft-jaccard', softJaccard],
] as const)('%s, none', (name, loss) => {
  const { input, labels } = multiclassProblem(3);
  // Class 2 is in the second image alone; one pixel is void.
  labels.data = labels.data.map((label, i) => (i === 4 ? 255 : i < 6 && label === 2 ? 0 : label));
  const call = (options: object) =>
    loss(referenceBackend, tensor(input), tensor(labels), { ignoreIndex: 255, ...options });

  test('is the loss of each class', () => {
    const each = call({ reduction: 'none', classWeights: [1, 2, 3] });
    expect(each.shape).toEqual([3]);
    for (const id of [0, 1, 2]) {
      expect(each.data[id]).toBeCloseTo(call({ classes: [id] }).data[0]!, 15);
      expect(each.data[id]).toBeGreaterThan(0);
    }
  });

  test('per image is the loss of each image and class; their mean over what counts is the loss', () => {
    const each = call({ reduction: 'none', perImage: true });
    expect(each.shape).toEqual([2, 3]);
    expect(each.data[2]).toBe(0);
    const [a, b, , d, e, f] = each.data as unknown as number[];
    expect(mean([mean([a!, b!]), mean([d!, e!, f!])])).toBeCloseTo(call({ perImage: true }).data[0]!, 15);
    const image = (n: number) =>
      loss(
        referenceBackend,
        referenceTensor(input.data.slice(18 * n, 18 * n + 18), [1, 3, 2, 3]),
        referenceTensor(labels.data.slice(6 * n, 6 * n + 6), [1, 2, 3]),
        { ignoreIndex: 255, reduction: 'none' },
      );
    expect(Array.from(each.data)).toEqual([...image(0).data, ...image(1).data]);
  });

  test('what does not count is 0: absent, not listed, of weight 0, ignored', () => {
    const absent = referenceTensor(
      labels.data.map((label) => (label === 2 ? 0 : label)),
      labels.shape,
    );
    const of = (options: object) =>
      Array.from(
        loss(referenceBackend, tensor(input), absent, { ignoreIndex: 255, reduction: 'none', ...options })
          .data,
        (value) => value > 0,
      );
    expect(of({})).toEqual([true, true, false]);
    expect(of({ classes: 'all' })).toEqual([true, true, true]);
    expect(of({ classes: [1, 2] })).toEqual([false, true, true]);
    expect(of({ classes: 'all', classWeights: [1, 0, 2] })).toEqual([true, false, true]);
    expect(
      of({
        classes: 'all',
        ignoreIndex: 0,
        mask: referenceTensor(
          labels.data.map((l) => (l === 255 ? 0 : 1)),
          labels.shape,
        ),
      }),
    ).toEqual([false, true, true]);
  });

  test('weighted mean of the classes is the loss', () => {
    const classWeights = [1, 0.5, 3];
    const each = Array.from(call({ reduction: 'none', classWeights }).data);
    const sum = classWeights.reduce((total, weight, id) => total + weight * each[id]!, 0);
    expect(call({ classWeights }).data[0]).toBeCloseTo(sum / 4.5, 15);
  });

  test('points are scored together, also per image', () => {
    const points = referenceTensor(input.data, [12, 3]);
    const target = referenceTensor(labels.data, [12]);
    const each = loss(referenceBackend, points, target, {
      ignoreIndex: 255,
      perImage: true,
      reduction: 'none',
    });
    expect(each.shape).toEqual([3]);
  });

  test('a class that does not count has gradient 0', () => {
    const { gradients } = valueAndGradient(
      (backend, x) => {
        const each = loss(backend, x!, tensor(labels), {
          reduction: 'none',
          input: 'probabilities',
          classes: [1],
        });
        return backend.reshape(backend.sum(each, [0]), []);
      },
      [
        referenceTensor(
          input.data.map((value) => 1 / (1 + Math.exp(-value))),
          input.shape,
        ),
      ],
    );
    const ofClass = (id: number) =>
      [0, 1].flatMap((n) => Array.from(gradients[0]!.data.slice(18 * n + 6 * id, 18 * n + 6 * id + 6)));
    expect(ofClass(0).every((entry) => entry === 0)).toBe(true);
    expect(ofClass(2).every((entry) => entry === 0)).toBe(true);
    expect(ofClass(1).some((entry) => entry !== 0)).toBe(true);
  });

  test(`${name} refuses another reduction`, () => {
    expect(() => call({ reduction: 'sum' })).toThrow(
      new TypeError('reduction is "sum"; expected "mean" or "none"'),
    );
  });
});

describe.each([
  ['lovasz-hinge', lovaszHinge],
  ['lovasz-sigmoid', lovaszSigmoid],
] as const)('%s, none', (_, loss) => {
  const { input, labels } = binaryProblem(4);
  // Label 1 of the first image has no foreground, label 2 of it no valid pixel.
  labels.data = labels.data.map((label, i) => (i >= 12 && i < 18 ? 255 : i >= 6 && i < 12 ? 0 : label));
  const call = (options: object): ReferenceTensor =>
    loss(referenceBackend, tensor(input), tensor(labels), { ignoreIndex: 255, ...options });

  test('has the axes that tell losses apart', () => {
    expect(call({ reduction: 'none' }).shape).toEqual([]);
    expect(call({ reduction: 'none' }).data[0]).toBe(call({}).data[0]);
    expect(call({ reduction: 'none', perImage: true }).shape).toEqual([2]);
    expect(call({ reduction: 'none', multilabel: true }).shape).toEqual([3]);
    expect(call({ reduction: 'none', multilabel: true, perImage: true }).shape).toEqual([2, 3]);
  });

  test.each([
    ['all', [true, true, false, true, true, true]],
    ['present', [true, false, false, true, true, true]],
    [
      [1, 2],
      [false, true, false, false, true, true],
    ],
  ] as const)('of classes %p what counts, and its mean', (classes, counted) => {
    const options = { multilabel: true, perImage: true, classes };
    const each = Array.from(call({ ...options, reduction: 'none' }).data);
    expect(each.map((value) => value > 0)).toEqual(counted);
    const of = (image: number) =>
      mean(each.slice(3 * image, 3 * image + 3).filter((_x, i) => counted[3 * image + i]));
    const images = [0, 1].filter((image) => counted.slice(3 * image, 3 * image + 3).includes(true));
    expect(call(options).data[0]).toBeCloseTo(mean(images.map(of)), 15);
  });

  test('weights of labels', () => {
    const classWeights = [2, 0.5, 3];
    const each = Array.from(call({ multilabel: true, reduction: 'none', classWeights }).data);
    const sum = classWeights.reduce((total, weight, id) => total + weight * each[id]!, 0);
    expect(call({ multilabel: true, classWeights }).data[0]).toBeCloseTo(sum / 5.5, 15);
  });

  test('weights and lists must fit the labels', () => {
    expect(() => call({ multilabel: true, classWeights: [1] })).toThrow(
      /classWeights has length 1;.* 3 classes/,
    );
    expect(() => call({ multilabel: true, classes: [3] })).toThrow(/classes hold 3; accepted: 0…2/);
    expect(() => call({ classes: [1] })).toThrow(/classes hold 1; accepted: 0…0/);
  });
});

describe('of pixels', () => {
  const { input, labels } = multiclassProblem(5);
  labels.data = labels.data.map((label, i) => (i === 7 ? 255 : label));
  const classWeights = [0.5, 2, 1];
  const options = { ignoreIndex: 255, classWeights };

  test('cross-entropy has the weighted loss of each pixel, in both layouts', () => {
    const each = crossEntropy(referenceBackend, tensor(input), tensor(labels), {
      ...options,
      reduction: 'none',
    });
    expect(each.shape).toEqual([2, 2, 3]);
    const weights = labels.data.map((label) => classWeights[label] ?? 0);
    labels.data.forEach((label, pixel) => {
      const [image, place] = [Math.floor(pixel / 6), pixel % 6];
      const exponentials = [0, 1, 2].map((id) => Math.exp(input.data[18 * image + 6 * id + place]!));
      const f = exponentials[label]! / exponentials.reduce((a, b) => a + b);
      expect(each.data[pixel]).toBeCloseTo(label === 255 ? 0 : -weights[pixel]! * Math.log(f), 14);
    });
    const sum = each.data.reduce((a, b) => a + b);
    const { value } = referenceLoss('cross-entropy', input, labels, options);
    expect(value).toBeCloseTo(sum / weights.reduce((a, b) => a + b), 14);

    const last = referenceBackend.transpose(tensor(input), [0, 2, 3, 1]);
    const again = crossEntropy(referenceBackend, last, tensor(labels), {
      ...options,
      reduction: 'none',
      layout: 'channels-last',
    });
    expect(again.shape).toEqual([2, 2, 3]);
    again.data.forEach((entry, pixel) => expect(entry).toBeCloseTo(each.data[pixel]!, 14));
  });

  test('hinge has the weighted error of each pixel and label, in both layouts', () => {
    const binary = binaryProblem(6);
    const call = (more: object, ...axes: number[]) => {
      const [x, y] = [binary.input, binary.labels].map((each) =>
        axes.length === 0 ? tensor(each) : referenceBackend.transpose(tensor(each), axes),
      );
      return hinge(referenceBackend, x!, y!, { multilabel: true, classWeights, ...more });
    };
    const each = call({ reduction: 'none' });
    expect(each.shape).toEqual([2, 3, 2, 3]);
    each.data.forEach((entry, place) => {
      const label = Math.floor(place / 6) % 3;
      const margin = 1 - binary.input.data[place]! * (2 * binary.labels.data[place]! - 1);
      expect(entry).toBeCloseTo(classWeights[label]! * Math.max(0, margin), 14);
    });
    expect(call({}).data[0]).toBeCloseTo(each.data.reduce((a, b) => a + b) / (12 * 3.5), 14);
    const last = call({ reduction: 'none', layout: 'channels-last' }, 0, 2, 3, 1);
    expect(last.shape).toEqual([2, 2, 3, 3]);
    const back = referenceBackend.transpose(last, [0, 3, 1, 2]);
    expect(Array.from(back.data)).toEqual(Array.from(each.data));
  });
});

test('a gradient is of one number', () => {
  const points = { data: [1, 0], shape: [2] };
  expect(() => referenceLoss('hinge', points, points, { reduction: 'none' } as object)).toThrow(
    new TypeError('reduction is "none"; a gradient needs one number, that of "mean"'),
  );
});
