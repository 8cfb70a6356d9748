import { describe, expect, test } from '@jest/globals';
import type { LossName } from '../backend/loss-call.js';
import { type Dimension, interfaceVersion, type TensorBackend } from '../backend/tensor-backend.js';
import { kernelLoss } from '../kernels/kernel-loss.js';
import { referenceBackend } from '../reference/reference-backend.js';
import { referenceLoss } from '../reference/reference-loss.js';
import { referenceTensor } from '../reference/reference-tensor.js';
import { arrangeBinary, arrangeMulticlass } from './arranged-batch.js';
import { binaryLosses } from '../backend/loss-call.js';
import { lossesByName } from './losses-by-name.js';

interface Shaped {
  readonly shape: readonly Dimension[];
}

/** A symbolic backend that knows nothing but shapes, and notes the operations it was asked for. */
function shapeBackend(): { backend: TensorBackend<Shaped>; operations: string[] } {
  const operations: string[] = [];
  const elementwise =
    (name: string) =>
    (...operands: Shaped[]): Shaped => {
      operations.push(name);
      const rank = Math.max(...operands.map(({ shape }) => shape.length));
      const shape = Array.from({ length: rank }, (_, axis) => {
        const lengths = new Set(operands.map((each) => each.shape[axis - rank + each.shape.length] ?? 1));
        lengths.delete(1);
        if (lengths.size > 1) throw new RangeError(`${name}: ${[...lengths].join(' against ')}`);
        return [...lengths][0] ?? 1;
      });
      return { shape };
    };
  const reduce = (x: Shaped, axes: readonly number[]): Shaped => ({
    shape: x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
  });
  const backend: TensorBackend<Shaped> = {
    capabilities: {
      interfaceVersion,
      name: 'shapes',
      precision: 32,
      execution: 'symbolic',
      reads: 'none',
      largestExactInteger: 2 ** 24,
    },
    shape: (x) => x.shape,
    constant: (values, shape) => ({ shape: shape ?? (typeof values === 'number' ? [] : [values.length]) }),
    add: elementwise('add'),
    subtract: elementwise('subtract'),
    multiply: elementwise('multiply'),
    divide: elementwise('divide'),
    relu: elementwise('relu'),
    exp: elementwise('exp'),
    log: elementwise('log'),
    greater: elementwise('greater'),
    equal: elementwise('equal'),
    where: elementwise('where'),
    sum: reduce,
    reshape: (x, shape) => {
      // The inferred length is known by the same name for the same factors.
      const names = x.shape.filter((length) => typeof length === 'string').sort();
      const known = (lengths: readonly Dimension[]) =>
        lengths.reduce<number>(
          (size, length) => size * (typeof length === 'number' ? Math.abs(length) : 1),
          1,
        );
      const rest = known(x.shape) / known(shape);
      return {
        shape: shape.map((length) => {
          if (length !== -1) return length;
          return names.length === 0 ? rest : [rest, ...names].join('·');
        }),
      };
    },
    transpose: (x, permutation) => {
      operations.push('transpose');
      return { shape: permutation.map((axis) => x.shape[axis]!) };
    },
    softmax: (x) => x,
    logSoftmax: (x) => x,
    stopGradient: (x) => x,
    jaccardWeights: elementwise('jaccardWeights'),
  };
  return { backend, operations };
}

describe('in a graph with named dimensions', () => {
  const multiclass: LossName[] = ['cross-entropy', 'lovasz-softmax', 'soft-jaccard'];
  const binary: LossName[] = ['hinge', 'lovasz-hinge', 'lovasz-sigmoid'];

  test.each(multiclass)('%s takes images and points in both layouts', (name) => {
    for (const [shape, labelShape, layout] of [
      [['N', 6, 'H', 'W'], ['N', 'H', 'W'], 'channels-first'],
      [['N', 'H', 'W', 6], ['N', 'H', 'W'], 'channels-last'],
      [['P', 6], ['P'], 'channels-first'],
    ] as const) {
      const { backend } = shapeBackend();
      const loss = lossesByName[name](
        backend,
        { shape },
        { shape: labelShape },
        { layout, ignoreIndex: 255 },
      );
      expect(loss.shape).toEqual([]);
    }
  });

  test.each(binary)('%s takes any shape', (name) => {
    for (const shape of [['N', 'H', 'W'], ['P']]) {
      const { backend } = shapeBackend();
      expect(lossesByName[name](backend, { shape }, { shape }, { ignoreIndex: 255 }).shape).toEqual([]);
    }
  });

  test('images are told apart if their number or their size is known', () => {
    for (const [n, h, w] of [
      ['N', 4, 5],
      [2, 'H', 'W'],
    ]) {
      const { backend } = shapeBackend();
      for (const classes of ['present', 'all'] as const) {
        const loss = lossesByName['lovasz-softmax'](
          backend,
          { shape: [n!, 6, h!, w!] },
          { shape: [n!, h!, w!] },
          { perImage: true, classes },
        );
        expect(loss.shape).toEqual([]);
      }
    }
    const { backend } = shapeBackend();
    expect(() =>
      lossesByName['lovasz-softmax'](
        backend,
        { shape: ['N', 6, 'H', 'W'] },
        { shape: ['N', 'H', 'W'] },
        { perImage: true },
      ),
    ).toThrow(
      new RangeError(
        'logits of shape [N, 6, H, W]; perImage needs a known number of images or a known size of images',
      ),
    );
  });

  test('a loss that is a sum over pixels moves no data', () => {
    const { backend, operations } = shapeBackend();
    lossesByName['cross-entropy'](backend, { shape: [4, 6, 20, 30] }, { shape: [4, 20, 30] });
    lossesByName['cross-entropy'](
      backend,
      { shape: ['N', 20, 30, 6] },
      { shape: ['N', 20, 30] },
      { layout: 'channels-last' },
    );
    lossesByName['lovasz-softmax'](backend, { shape: [1, 6, 20, 30] }, { shape: [1, 20, 30] });
    expect(operations).not.toContain('transpose');
  });

  test('softmax runs along the class axis of the input, before anything moves', () => {
    for (const name of ['lovasz-softmax', 'soft-jaccard', 'cross-entropy', 'combined'] as const) {
      const { backend, operations } = shapeBackend();
      const at = (x: Shaped, axis: number): Shaped => {
        expect([x.shape, axis]).toEqual([['N', 20, 30, 6], 3]);
        expect(operations).not.toContain('transpose');
        return x;
      };
      lossesByName[name](
        { ...backend, softmax: at, logSoftmax: at },
        { shape: ['N', 20, 30, 6] },
        { shape: ['N', 20, 30] },
        { layout: 'channels-last' },
      );
    }
  });

  test('more pixels than the backend can count are refused', () => {
    const { backend } = shapeBackend();
    expect(() =>
      lossesByName['lovasz-hinge'](backend, { shape: [9, 1024, 2048] }, { shape: [9, 1024, 2048] }),
    ).toThrow(
      new RangeError(
        'logits of shape [9, 1024, 2048]: 18874368 pixels in one problem; backend "shapes" counts to 16777216',
      ),
    );
  });
});

describe('arrangement', () => {
  // Two images of two classes and three pixels; the value tells image, class and pixel.
  const entry = (image: number, id: number, pixel: number) => 100 * image + 10 * id + pixel;
  const images = [0, 1];
  const ids = [0, 1];
  const pixels = [0, 1, 2];
  const first = referenceTensor(
    images.flatMap((n) => ids.flatMap((c) => pixels.map((p) => entry(n, c, p)))),
    [2, 2, 3],
  );
  const last = referenceTensor(
    images.flatMap((n) => pixels.flatMap((p) => ids.map((c) => entry(n, c, p)))),
    [2, 3, 2],
  );
  const labels = referenceTensor([0, 1, 7, 1, 1, 0], [2, 3]);

  test.each([
    ['channels-first', first],
    ['channels-last', last],
  ] as const)('%s to classes and pixels of the batch, or of each image', (layout, scores) => {
    const options = { layout, ignoreIndex: 7 };
    const batch = arrangeMulticlass(referenceBackend, scores, labels, options, 'batch');
    const arranged = batch.arrange(scores);
    expect(arranged.shape).toEqual([1, 2, 6]);
    expect(Array.from(arranged.data)).toEqual([0, 1, 2, 100, 101, 102, 10, 11, 12, 110, 111, 112]);
    expect(Array.from(batch.foreground.data)).toEqual([1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0]);
    expect(batch.valid).toMatchObject({ shape: [1, 1, 6], data: Float64Array.of(1, 1, 0, 1, 1, 1) });

    const byImage = arrangeMulticlass(referenceBackend, scores, labels, options, 'images');
    expect(byImage.arrange(scores).shape).toEqual([2, 2, 3]);
    expect(Array.from(byImage.arrange(scores).data)).toEqual(Array.from(first.data));
    expect(byImage.valid!.shape).toEqual([2, 1, 3]);
  });

  test('multilabel arranges the labels with the scores', () => {
    const { arrange, labels: arranged } = arrangeBinary(
      referenceBackend,
      last,
      last,
      { multilabel: true, layout: 'channels-last' },
      'batch',
    );
    const scores = arrange(last);
    expect(scores.shape).toEqual([1, 2, 6]);
    expect(arranged).toMatchObject({ shape: scores.shape, data: scores.data });
  });
});

describe('shapes that do not fit are named', () => {
  const tensor = (...shape: number[]) =>
    referenceTensor(new Float64Array(shape.reduce((size, length) => size * length, 1)), shape);

  test.each([
    [[2, 3, 4], [2, 3], {}, 'labels of shape [2, 3] for logits of shape [2, 3, 4]; expected shape [2, 4]'],
    [
      [2, 3, 4],
      [2, 4],
      { layout: 'channels-last' as const, input: 'probabilities' as const },
      'labels of shape [2, 4] for probabilities of shape [2, 3, 4]; expected shape [2, 3]',
    ],
    [[2, 3], [2, 1], {}, 'labels of shape [2, 1] for logits of shape [2, 3]; expected shape [2]'],
    [[3], [3], {}, 'logits of shape [3]; expected at least 2 dimensions, one of them classes'],
    [[0, 3], [0], {}, 'logits of shape [0, 3]; expected no dimension of length 0'],
    [[2, 3, 0, 4], [2, 0, 4], {}, 'logits of shape [2, 3, 0, 4]; expected no dimension of length 0'],
    [[2, 0], [2], {}, 'logits of shape [2, 0]: classes on axis 1 are "0"; expected a known positive number'],
  ])('%p with labels %p', (shape, labelShape, options, message) => {
    expect(() =>
      lossesByName['lovasz-softmax'](referenceBackend, tensor(...shape), tensor(...labelShape), options),
    ).toThrow(new RangeError(message));
  });

  test.each(['cross-entropy', 'lovasz-softmax', 'soft-jaccard', 'combined'] as const)(
    '%s over one class names the losses for one score',
    (name) => {
      const labels = { data: [0, 1], shape: [1, 2] };
      for (const [shape, layout] of [
        [[1, 1, 2], 'channels-first'],
        [[1, 2, 1], 'channels-last'],
      ] as const) {
        const axis = shape.indexOf(1, 1);
        const message = new RangeError(
          `logits of shape [${shape.join(', ')}] have one class on axis ${axis}; a loss over classes needs at least 2, ` +
            'since the softmax of one score is always 1. Losses for one score per pixel, with labels 0 and 1: hinge, ' +
            'lovasz-hinge, lovasz-sigmoid, and cross-entropy or soft-jaccard with multilabel',
        );
        const data = Float32Array.of(1, -1);
        expect(() => referenceLoss(name, { data, shape }, labels, { layout })).toThrow(message);
        if (name === 'combined') continue;
        expect(() => kernelLoss(name, { data, shape }, labels, { layout })).toThrow(message);
        if (name === 'lovasz-softmax') continue;
        const each = { data: labels.data, shape };
        expect(() => kernelLoss(name, { data, shape }, each, { layout, multilabel: true })).not.toThrow();
      }
    },
  );

  test('binary labels have the shape of the scores', () => {
    expect(() => lossesByName['lovasz-hinge'](referenceBackend, tensor(2, 2, 3), tensor(2, 3))).toThrow(
      new RangeError('labels of shape [2, 3] for logits of shape [2, 2, 3]; expected shape [2, 2, 3]'),
    );
    expect(() =>
      lossesByName['lovasz-hinge'](referenceBackend, tensor(2), tensor(2), { multilabel: true }),
    ).toThrow(new RangeError('logits of shape [2]; expected at least 2 dimensions, one of them labels'));
  });

  test.each(['hinge', 'lovasz-hinge', 'lovasz-sigmoid'] as const)('%s of no pixels', (name) => {
    expect(() => lossesByName[name](referenceBackend, tensor(2, 0), tensor(2, 0))).toThrow(
      new RangeError('logits of shape [2, 0]; expected no dimension of length 0'),
    );
  });

  test.each(['hinge', 'lovasz-hinge', 'lovasz-sigmoid', 'cross-entropy', 'soft-jaccard'] as const)(
    '%s of one score per pixel takes labels without the axis of classes',
    (name) => {
      const data = Float32Array.of(1, -2, 0.5, 0.25, 2, -1);
      const targets = [1, 0, 0, 1, 0, 1];
      const options = {
        mask: { data: [1, 1, 0, 1, 1, 1], shape: [2, 3] },
        ...(binaryLosses.has(name) ? {} : { multilabel: true }),
      };
      for (const [shape, layout] of [
        [[2, 1, 3], 'channels-first'],
        [[2, 3, 1], 'channels-last'],
      ] as const) {
        const full = { ...options, layout, mask: { ...options.mask, shape } };
        const expected = referenceLoss(name, { data, shape }, { data: targets, shape }, full);
        const lacking = { data: targets, shape: [2, 3] };
        const found = referenceLoss(name, { data, shape }, lacking, { ...options, layout });
        expect(found.value).toBe(expected.value);
        expect(found.gradient).toEqual(expected.gradient);
        const fast = kernelLoss(name, { data, shape }, lacking, { ...options, layout });
        expect(fast.value).toBeCloseTo(expected.value, 6);
        expect(fast.gradient.shape).toEqual(shape);
      }
      const classes = { data: Float32Array.of(1, 2), shape: [1, 2, 1] };
      expect(() => referenceLoss(name, classes, { data: [0], shape: [1, 1] }, options)).toThrow(RangeError);
    },
  );

  test('reduction "none" of pixels needs a shape that can be written down', () => {
    const { backend } = shapeBackend();
    const [logits, labels] = [{ shape: ['N', 3, 'H', 4] }, { shape: ['N', 'H', 4] }];
    expect(() => lossesByName['cross-entropy'](backend, logits, labels, { reduction: 'none' })).toThrow(
      new RangeError('labels of shape [N, H, 4]; reduction "none" needs all lengths but one to be known'),
    );
  });

  test('options are judged before shapes', () => {
    expect(() =>
      lossesByName['cross-entropy'](referenceBackend, tensor(3), tensor(3), { perImage: true } as object),
    ).toThrow(/unknown option "perImage"/);
  });
});
