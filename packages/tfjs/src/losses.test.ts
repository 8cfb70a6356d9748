import { beforeAll, expect, test } from '@jest/globals';
import { lossesByName, referenceLoss } from '@lovasz/core';
import * as tf from '@tensorflow/tfjs';
import * as losses from './index.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Two images of 3 × 4 pixels with 3 classes, and one pixel of 255. */
const shape = [2, 3, 4, 3];
const scores = Float32Array.from({ length: 72 }, (_, i) => 2 * Math.sin(i * 1.7));
const classes = Int32Array.from({ length: 24 }, (_, i) => (i === 5 ? 255 : (i >> 1) % 3));
const bits = Int32Array.from({ length: 72 }, (_, i) => Number(i % 3 === (i >> 2) % 3));
const isBinary = (name: string): boolean => ['hinge', 'lovasz-hinge', 'lovasz-sigmoid'].includes(name);

const byName = {
  'cross-entropy': losses.crossEntropy,
  'lovasz-softmax': losses.lovaszSoftmax,
  'soft-jaccard': losses.softJaccard,
  combined: losses.combined,
  hinge: losses.hinge,
  'lovasz-hinge': losses.lovaszHinge,
  'lovasz-sigmoid': losses.lovaszSigmoid,
} as const;
const names = Object.keys(byName) as (keyof typeof byName)[];

/** A call of each loss, its classes last. */
function callOf(name: keyof typeof byName, more: object = {}) {
  const options = { ...(isBinary(name) ? { multilabel: true } : { ignoreIndex: 255 }), ...more };
  const labels = isBinary(name) ? tf.tensor(bits, shape, 'int32') : tf.tensor(classes, [2, 3, 4], 'int32');
  const loss = byName[name] as typeof losses.lovaszSoftmax;
  return { labels, loss: (x: tf.Tensor) => loss(x, labels, options as object), options };
}

const expectNear = (found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-6): void => {
  expect(found.length).toBe(expected.length);
  const largest = Array.from(expected).reduce((most, entry) => Math.max(most, Math.abs(entry)), 1e-9);
  Array.from(found).forEach((entry, i) => {
    expect(Math.abs(entry - expected[i]!)).toBeLessThanOrEqual(tolerance * largest);
  });
};

test('every loss of core is there under its name', () => {
  expect(names.sort()).toEqual(Object.keys(lossesByName).sort());
});

test.each(names)('%s has value and gradient of the reference, classes last', (name) => {
  tf.tidy(() => {
    const { labels, loss, options } = callOf(name);
    const input = tf.tensor(scores, shape);
    const { value, grad } = tf.valueAndGrad(loss)(input);
    const expected = referenceLoss(
      name,
      { data: scores, shape },
      { data: labels.dataSync(), shape: labels.shape },
      { ...options, layout: 'channels-last' } as object,
    );
    expectNear(value.dataSync(), [expected.value]);
    expectNear(grad.dataSync(), expected.gradient.data);
    // A factor, a sum with itself and a second use.
    const twice = tf.grad((x) => tf.add(tf.mul(loss(x), 3), loss(tf.neg(x))))(input);
    const negated = referenceLoss(
      name,
      { data: scores.map((score) => -score), shape },
      { data: labels.dataSync(), shape: labels.shape },
      { ...options, layout: 'channels-last' } as object,
    );
    expectNear(
      twice.dataSync(),
      expected.gradient.data.map((entry, i) => 3 * entry - negated.gradient.data[i]!),
    );
  });
});

test.each(names)('%s takes classes first, and a mask', (name) => {
  tf.tidy(() => {
    const mask = tf.tensor(
      classes.map((_, i) => Number(i % 5 !== 0)),
      [2, 3, 4],
      'int32',
    );
    const wide = isBinary(name) ? tf.tile(tf.expandDims(mask, 3), [1, 1, 1, 3]) : mask;
    const last = callOf(name, { mask: wide });
    const { value, grad } = tf.valueAndGrad(last.loss)(tf.tensor(scores, shape));
    const first = (x: tf.Tensor) => (x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : x);
    const moved = first(tf.tensor(scores, shape));
    const loss = byName[name] as typeof losses.lovaszSoftmax;
    const found = tf.valueAndGrad((x: tf.Tensor) =>
      loss(x, first(last.labels), {
        ...last.options,
        mask: first(wide),
        layout: 'channels-first',
      } as object),
    )(moved);
    expectNear(found.value.dataSync(), value.dataSync());
    expectNear(found.grad.dataSync(), first(grad).dataSync());
  });
});

test('combined adds any terms', () => {
  tf.tidy(() => {
    const labels = tf.tensor(classes, [2, 3, 4], 'int32');
    const all: Record<string, number>[] = [
      { 'cross-entropy': 0.5, 'soft-jaccard': 2, 'lovasz-softmax': 1 },
      { 'cross-entropy': 2 },
      { 'lovasz-hinge': 1, 'cross-entropy': 1 },
    ];
    for (const terms of all) {
      const options = { terms, ignoreIndex: 255, perImage: true };
      const { value, grad } = tf.valueAndGrad((x) => losses.combined(x, labels, options))(
        tf.tensor(scores, shape),
      );
      const expected = referenceLoss(
        'combined',
        { data: scores, shape },
        { data: classes, shape: [2, 3, 4] },
        { ...options, layout: 'channels-last' },
      );
      expectNear(value.dataSync(), [expected.value]);
      expectNear(grad.dataSync(), expected.gradient.data);
    }
  });
});

test('reduction none gives the loss of each class, and can be differentiated', () => {
  tf.tidy(() => {
    const { loss } = callOf('lovasz-softmax', { reduction: 'none' });
    const each = loss(tf.tensor(scores, shape));
    expect(each.shape).toEqual([3]);
    const mean = callOf('lovasz-softmax');
    expectNear(tf.mean(each).dataSync(), mean.loss(tf.tensor(scores, shape)).dataSync());
    const gradient = tf.grad((x) => tf.mean(loss(x)))(tf.tensor(scores, shape));
    expectNear(gradient.dataSync(), tf.grad(mean.loss)(tf.tensor(scores, shape)).dataSync(), 1e-5);
  });
});

test('variables are trained by minimize, and a thousand steps leak no tensor', () => {
  const kernel = tf.variable(tf.tensor2d([0.1, -0.2, 0.3, 0, 0.2, -0.1], [2, 3]));
  const points = tf.tensor2d(
    Array.from({ length: 40 }, (_, i) => Math.cos(i * 0.7)),
    [20, 2],
  );
  const labels = tf.tensor1d(
    Array.from({ length: 20 }, (_, i) => i % 3),
    'int32',
  );
  const optimizer = tf.train.sgd(0.5);
  const step = (): number => {
    const loss = optimizer.minimize(() => losses.lovaszSoftmax(tf.matMul(points, kernel), labels), true)!;
    const [value] = loss.dataSync();
    loss.dispose();
    return value!;
  };
  const { value, grads } = tf.variableGrads(() => losses.lovaszSoftmax(tf.matMul(points, kernel), labels));
  expect(Object.keys(grads)).toEqual([kernel.name]);
  tf.dispose([value, grads]);
  const first = step();
  const { numTensors } = tf.memory();
  let last = first;
  for (let i = 0; i < 1000; i++) last = step();
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(last).toBeLessThan(first);
  tf.dispose([kernel, points, labels]);
  optimizer.dispose();
});

test('without a gradient no tensor but the loss is left', () => {
  const input = tf.tensor(scores, shape);
  for (const name of names) {
    const { labels, loss } = callOf(name);
    const { numTensors } = tf.memory();
    const value = loss(input);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    tf.dispose([value, labels]);
  }
  input.dispose();
});

test('a second derivative is refused, where it would be 0 in silence', () => {
  const { loss } = callOf('lovasz-softmax');
  const square = (x: tf.Tensor) => tf.sum(tf.square(tf.grad(loss)(x)));
  const input = tf.tensor(scores, shape);
  expect(() => tf.grad(square)(input)).toThrow('lovasz-softmax has a first derivative only');
});

test('valueAndGradient gives the numbers of the loss, by promise', async () => {
  for (const name of names) {
    const { labels, loss, options } = callOf(name);
    const input = tf.tensor(scores, shape);
    const expected = tf.valueAndGrad(loss)(input);
    const { numTensors } = tf.memory();
    const { value, gradient } = await losses.valueAndGradient(name, input, labels, options as object);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    expectNear([value], expected.value.dataSync());
    expectNear(gradient.dataSync(), expected.grad.dataSync());
    tf.dispose([input, labels, gradient, expected.value, expected.grad]);
  }
  const { labels } = callOf('lovasz-softmax');
  const input = tf.tensor(scores, shape);
  await expect(
    losses.valueAndGradient('lovasz-softmax', input, labels, { reduction: 'none' }),
  ).rejects.toThrow('reduction is "none"');
});

test('bad input is named, and leaves no tensor', () => {
  const input = tf.tensor(scores, shape);
  const labels = tf.tensor(classes, [2, 3, 4], 'int32');
  const gone = tf.tensor(scores, shape);
  gone.dispose();
  const { lovaszSoftmax, lovaszHinge } = losses;
  const ids = tf.scalar(0);
  const int = tf.cast(input, 'int32');
  const text = tf.tensor1d(['a']);
  const nan = tf.fill(shape, NaN);
  const { numTensors } = tf.memory();
  const ignoring = { ignoreIndex: 255 };
  const calls: [() => unknown, string][] = [
    [() => lovaszSoftmax([[1, 2]] as never, labels), 'logits is of type Array; expected a tf.Tensor'],
    [() => lovaszSoftmax(input, undefined as never), 'labels is undefined; expected a tf.Tensor'],
    [() => lovaszSoftmax(gone, labels), 'logits is a tensor that has been disposed of'],
    [() => lovaszSoftmax(int, labels), 'logits is of dtype int32; expected float32'],
    [() => lovaszSoftmax(input, text), 'labels is of dtype string'],
    [() => lovaszSoftmax(input, labels, { mask: gone }), 'mask is a tensor that has been disposed of'],
    [() => lovaszSoftmax(input, labels, { mask: 1 as never }), 'mask is 1'],
    [() => lovaszSoftmax(ids, labels), 'logits of shape []'],
    [
      () => lovaszSoftmax(input, ids),
      'labels of shape [] for logits of shape [2, 3, 4, 3]; expected shape [2, 3, 4]',
    ],
    [() => lovaszSoftmax(input, labels), 'labels hold 255 (pixels: 1); accepted: 0…2'],
    [() => lovaszSoftmax(input, labels, { reduction: 'none', checked: true }), 'labels hold 255 (pixels: 1)'],
    [() => lovaszSoftmax(nan, labels, ignoring), 'logits hold NaN'],
    [() => lovaszSoftmax(nan, labels, { input: 'probabilities', ...ignoring }), 'probabilities hold NaN'],
    [() => lovaszSoftmax(input, labels, { layout: 'last' } as never), 'layout is "last"'],
    [() => lovaszSoftmax(input, labels, { checked: 1 } as never), 'checked is 1; expected a boolean'],
    [() => lovaszSoftmax(input, labels, { temperature: 1 } as never), 'unknown option "temperature"'],
    [() => lovaszHinge(input, labels), 'labels of shape [2, 3, 4] for logits'],
    [() => losses.combined(input, labels, { terms: null as never }), 'terms is null'],
    [() => losses.combined(input, labels, { terms: { dice: 1 } as never }), 'terms hold "dice"'],
  ];
  for (const [call, message] of calls) {
    expect(call).toThrow(message);
    expect(() => tf.grad(() => call() as tf.Tensor)(input)).toThrow(message);
    expect(tf.memory().numTensors).toBe(numTensors);
  }
});

test('a backend of 16 bits is refused by name', () => {
  const precision = tf.backend().floatPrecision;
  tf.backend().floatPrecision = () => 16;
  try {
    const { labels, loss } = callOf('lovasz-softmax');
    expect(() => loss(tf.tensor(scores, shape))).toThrow(
      'lovasz-softmax: backend "cpu" computes in 16 bits here; losses need 32',
    );
    labels.dispose();
  } finally {
    tf.backend().floatPrecision = precision;
  }
});

test('checkLabels names labels that are no class', async () => {
  const labels = tf.tensor1d([0, 5, 255], 'int32');
  await losses.checkLabels(labels, { classCount: 6, ignoreIndex: 255 });
  await losses.checkLabels(labels, { classCount: 6, mask: tf.tensor1d([1, 1, 0]) });
  await expect(losses.checkLabels(labels, { classCount: 5 })).rejects.toThrow(
    'labels hold 5 (pixels: 1), 255 (pixels: 1); accepted: 0…4',
  );
  await expect(losses.checkLabels(labels, { classCount: 6, mask: tf.tensor1d([1, 1]) })).rejects.toThrow(
    'mask of shape [2] for labels of shape [3]',
  );
  await expect(losses.checkLabels(labels, { classCount: 6, mask: tf.tensor1d([1, 1, 2]) })).rejects.toThrow(
    'mask holds 2 at index 2',
  );
});
