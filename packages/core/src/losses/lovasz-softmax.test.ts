import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { referenceLoss } from '../reference/reference-loss.js';
import type { LovaszSoftmaxOptions } from './lovasz-softmax.js';

/** The loss of images of `pixels` pixels and three classes, given pixel by pixel. */
function ofPixels(
  images: readonly (readonly (readonly number[])[])[],
  labels: readonly (readonly number[])[],
  options: LovaszSoftmaxOptions = {},
) {
  const [image] = images;
  const shape = [images.length, image!.length, image![0]!.length];
  return referenceLoss(
    'lovasz-softmax',
    { data: images.flat(2), shape },
    { data: labels.flat(), shape: shape.slice(0, 2) },
    { layout: 'channels-last', ...options },
  );
}

const three = [
  [0.7, 0.2, 0.1],
  [0.4, 0.5, 0.1],
  [0.3, 0.3, 0.4],
];

describe('known values', () => {
  // Labels 0, 1, 1.
  // Class 0: errors 0.3 (foreground), 0.4, 0.3. Order 0.4 b, 0.3 f, 0.3 b: weights 1/2, 1/2, 0.
  // Class 1: errors 0.2, 0.5 (f), 0.7 (f). Order 0.7 f, 0.5 f, 0.2 b: weights 1/2, 1/2, 0.
  // Class 2: errors 0.1, 0.1, 0.4, no foreground: the largest.
  const class0 = 0.35;
  const class1 = 0.6;
  const class2 = 0.4;

  test.each<[string, LovaszSoftmaxOptions, number]>([
    ['classes present by default', {}, (class0 + class1) / 2],
    ['all classes', { classes: 'all' }, (class0 + class1 + class2) / 3],
    ['a list counts absent classes too', { classes: [2, 1] }, (class1 + class2) / 2],
    ['weights of classes', { classWeights: [1, 3, 50] }, (class0 + 3 * class1) / 4],
    [
      'weights of all classes',
      { classes: 'all', classWeights: [1, 3, 4] },
      (class0 + 3 * class1 + 4 * class2) / 8,
    ],
    ['a class of weight 0 leaves the mean', { classWeights: [0, 3, 1] }, class1],
    // Without the two pixels of class 1 only the first is left, right by 0.7 and 0.1.
    ['an ignored class is neither pixel nor problem', { classes: 'all', ignoreIndex: 1 }, (0.3 + 0.1) / 2],
  ])('%s', (_, options, expected) => {
    const { value } = ofPixels([three], [[0, 1, 1]], { input: 'probabilities', ...options });
    expect(value).toBeCloseTo(expected, 14);
  });

  test('the gradient to probabilities is −weight for the label, +weight elsewhere', () => {
    const { gradient } = ofPixels([three], [[0, 1, 1]], { input: 'probabilities', classes: 'all' });
    const sixth = 1 / 6;
    expect(Array.from(gradient.data, (entry) => entry.toFixed(12))).toEqual(
      [-sixth, 0, 0, sixth, -sixth, 0, 0, -sixth, 1 / 3].map((entry) => entry.toFixed(12)),
    );
  });

  test('probabilities of exactly 0 and 1 have a gradient', () => {
    const { value, gradient } = ofPixels([[[1, 0]]], [[0]], { input: 'probabilities', classes: 'all' });
    expect(value).toBe(0);
    expect(Array.from(gradient.data)).toEqual([-0.5, 0.5]);
  });

  test('logits go through the softmax', () => {
    const logits = three.map((pixel) => pixel.map((probability) => Math.log(probability) + 5));
    expect(ofPixels([logits], [[0, 1, 1]]).value).toBeCloseTo((class0 + class1) / 2, 14);
  });
});

describe('images', () => {
  const other = [
    [0.1, 0.8, 0.1],
    [0.2, 0.2, 0.6],
    [0.6, 0.3, 0.1],
  ];
  const images = [three, other];
  const labels = [
    [0, 1, 1],
    [1, 2, 2],
  ];

  test('perImage is the mean of the losses of each image, presence by image', () => {
    for (const classes of ['present', 'all', [0, 2]] as const) {
      const each = images.map((image, i) => ofPixels([image], [labels[i]!], { classes }).value);
      const { value } = ofPixels(images, labels, { classes, perImage: true });
      expect(value).toBeCloseTo((each[0]! + each[1]!) / 2, 14);
    }
  });

  test('without perImage the batch is one image of all pixels', () => {
    const { value } = ofPixels(images, labels);
    expect(value).toBeCloseTo(ofPixels([images.flat()], [labels.flat()]).value, 14);
    expect(value).not.toBeCloseTo(ofPixels(images, labels, { perImage: true }).value, 3);
  });

  test('a void image leaves the mean, and has gradient 0', () => {
    const alone = ofPixels([three], [labels[0]!]);
    for (const classes of ['present', 'all', [0, 2]] as const) {
      const options: LovaszSoftmaxOptions = { classes, perImage: true, ignoreIndex: 255 };
      const { value, gradient } = ofPixels(images, [labels[0]!, [255, 255, 255]], options);
      expect(value).toBeCloseTo(ofPixels([three], [labels[0]!], { classes }).value, 14);
      expect(gradient.data.slice(9)).toEqual(new Float64Array(9));
    }
    expect(alone.value).toBeGreaterThan(0);
  });

  test('a batch without a valid pixel has loss 0 and gradient 0', () => {
    for (const classes of ['present', 'all', [1]] as const) {
      for (const perImage of [false, true]) {
        const { value, gradient } = ofPixels(
          images,
          labels.map((row) => row.map(() => 9)),
          {
            classes,
            perImage,
            ignoreIndex: 9,
          },
        );
        expect(value).toBe(0);
        expect(gradient.data.every((entry) => entry === 0)).toBe(true);
      }
    }
  });

  test('points are one group, whatever perImage says', () => {
    const points = { data: three.flat(), shape: [3, 3] };
    const target = { data: [0, 1, 1], shape: [3] };
    const expected = ofPixels([three], [[0, 1, 1]]).value;
    for (const perImage of [false, true]) {
      for (const layout of ['channels-first', 'channels-last'] as const) {
        const { value } = referenceLoss('lovasz-softmax', points, target, { perImage, layout });
        expect(value).toBeCloseTo(expected, 14);
      }
    }
  });
});

/** Two images of four pixels and three classes; no two errors tie, labels may be void. */
const batch = fc.record({
  // Irrational offsets keep the errors of different pixels apart.
  logits: fc
    .array(fc.integer({ min: -60, max: 60 }), { minLength: 24, maxLength: 24 })
    .map((list) => list.map((logit, i) => (logit + Math.sqrt(i) / 100) / 16)),
  labels: fc.array(fc.constantFrom(0, 1, 2, 255), { minLength: 8, maxLength: 8 }),
  classes: fc.constantFrom<LovaszSoftmaxOptions['classes'][]>('present', 'all', [0, 2]),
  perImage: fc.boolean(),
});

describe('laws', () => {
  test('both layouts are the same loss', () => {
    fc.assert(
      fc.property(batch, ({ logits, labels, ...options }) => {
        // [2, 2, 2, 3] to [2, 3, 2, 2].
        const first = logits.map(
          (_, i) => logits[Math.floor(i / 12) * 12 + (i % 4) * 3 + (Math.floor(i / 4) % 3)]!,
        );
        const target = { data: labels, shape: [2, 2, 2] };
        const a = referenceLoss('lovasz-softmax', { data: first, shape: [2, 3, 2, 2] }, target, {
          ...options,
          ignoreIndex: 255,
        });
        const b = referenceLoss('lovasz-softmax', { data: logits, shape: [2, 2, 2, 3] }, target, {
          ...options,
          ignoreIndex: 255,
          layout: 'channels-last',
        });
        expect(a.value).toBeCloseTo(b.value, 13);
        expect(a.gradient.data[4]).toBeCloseTo(b.gradient.data[1]!, 13);
      }),
    );
  });

  test('a permutation of classes changes nothing', () => {
    fc.assert(
      fc.property(
        batch,
        fc.constantFrom<number[][]>([1, 2, 0], [2, 1, 0]),
        ({ logits, labels, perImage }, to) => {
          const pixels = (values: readonly number[]) =>
            [0, 1].map((n) => [0, 1, 2, 3].map((i) => values.slice(12 * n + 3 * i, 12 * n + 3 * i + 3)));
          const permuted = logits.map((_, i) => logits[i - (i % 3) + to.indexOf(i % 3)]!);
          const rows = (values: readonly number[]) => [values.slice(0, 4), values.slice(4)];
          const options = { perImage, ignoreIndex: 255 };
          const a = ofPixels(pixels(logits), rows(labels), options);
          const b = ofPixels(pixels(permuted), rows(labels.map((label) => to[label] ?? label)), options);
          expect(a.value).toBeCloseTo(b.value, 13);
        },
      ),
    );
  });

  test('a permutation of pixels permutes the gradient', () => {
    fc.assert(
      fc.property(batch, ({ logits, labels }) => {
        const pixels = Array.from({ length: 8 }, (_, i) => logits.slice(3 * i, 3 * i + 3));
        const options = { ignoreIndex: 255 };
        const a = ofPixels([pixels], [labels], options);
        const b = ofPixels([pixels.toReversed()], [labels.toReversed()], options);
        expect(a.value).toBeCloseTo(b.value, 13);
        for (const entry of [0, 1, 2]) {
          expect(a.gradient.data[entry]).toBeCloseTo(b.gradient.data[21 + entry]!, 13);
        }
      }),
    );
  });

  test('the gradient agrees with central differences away from ties', () => {
    fc.assert(
      fc.property(batch, fc.nat(23), ({ logits, labels, ...options }, entry) => {
        const shape = [2, 4, 3];
        const loss = (shift: number) =>
          referenceLoss(
            'lovasz-softmax',
            { data: logits.map((x, i) => x + (i === entry ? shift : 0)), shape },
            { data: labels, shape: [2, 4] },
            { ...options, ignoreIndex: 255, layout: 'channels-last' },
          );
        const step = 1e-7;
        const difference = (loss(step).value - loss(-step).value) / (2 * step);
        expect(Math.abs(loss(0).gradient.data[entry]! - difference)).toBeLessThan(1e-6);
      }),
      { seed: 1 },
    );
  });
});
