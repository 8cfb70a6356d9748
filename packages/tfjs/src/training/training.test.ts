import { beforeAll, expect, test } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { lovaszHinge, lovaszSoftmax, meanIou, modelLoss } from '../index.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const side = 16;

/** Discs (1) and squares (2) on a dark ground (0), and their classes. */
function shapes(count: number, seed: number): { images: tf.Tensor4D; ids: tf.Tensor3D; oneHot: tf.Tensor4D } {
  const pixels: number[] = [];
  const labels: number[] = [];
  for (let n = 0; n < count; n++) {
    const [x, y, radius] = [5 + ((n * 5 + seed) % 7), 5 + ((n * 3 + seed) % 6), 2 + (n % 3)];
    for (let i = 0; i < side * side; i++) {
      const [dx, dy] = [(i % side) - x, Math.floor(i / side) - y];
      const isInside =
        n % 2 === 0 ? dx * dx + dy * dy <= radius * radius : Math.max(Math.abs(dx), Math.abs(dy)) <= radius;
      const label = isInside ? 1 + (n % 2) : 0;
      labels.push(label);
      pixels.push(label === 1 ? 0.9 : 0.1, label === 2 ? 0.8 : 0.2);
    }
  }
  const ids = tf.tensor3d(labels, [count, side, side], 'int32');
  return {
    images: tf.tensor4d(pixels, [count, side, side, 2]),
    ids,
    oneHot: tf.oneHot(ids, 3) as tf.Tensor4D,
  };
}

/** A U-Net of one level. */
function unet(activation: 'linear' | 'softmax' = 'linear'): tf.LayersModel {
  const conv = (filters: number, seed: number, own: object = {}) =>
    tf.layers.conv2d({
      filters,
      kernelSize: 3,
      padding: 'same',
      activation: 'relu',
      kernelInitializer: tf.initializers.heNormal({ seed }),
      ...own,
    });
  const input = tf.input({ shape: [side, side, 2] });
  const top = conv(6, 1).apply(input) as tf.SymbolicTensor;
  const down = tf.layers.maxPooling2d({ poolSize: 2 }).apply(top) as tf.SymbolicTensor;
  const bottom = conv(8, 2).apply(down) as tf.SymbolicTensor;
  const up = tf.layers.upSampling2d({ size: [2, 2] }).apply(bottom) as tf.SymbolicTensor;
  const joined = tf.layers.concatenate().apply([top, up]) as tf.SymbolicTensor;
  const output = conv(3, 3, { kernelSize: 1, activation }).apply(joined) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: output });
}

test('a U-Net learns shapes by cross-entropy, then by Lovász-Softmax, and the mean IoU rises', async () => {
  const { images, oneHot } = shapes(4, 0);
  const held = shapes(2, 2);
  const model = unet();
  const miou = meanIou({ classCount: 3 });
  const fit = async (loss: 'cross-entropy' | 'lovasz-softmax', rate: number) => {
    model.compile({ optimizer: tf.train.adam(rate), loss: modelLoss(loss), metrics: [miou.metric] });
    const { history } = await model.fit(images, oneHot, {
      epochs: 3,
      batchSize: 2,
      shuffle: false,
      validationData: [held.images, held.oneHot],
      callbacks: [miou.callback],
      verbose: 0,
    });
    return history as Record<string, number[]>;
  };
  const first = await fit('cross-entropy', 0.02);
  const second = await fit('lovasz-softmax', 0.01);
  expect(first['loss']!.at(-1)!).toBeLessThan(first['loss']![0]!);
  expect(second['loss']!.at(-1)!).toBeLessThan(second['loss']![0]!);
  expect(second['val_meanIou']!.at(-1)!).toBeGreaterThan(first['val_meanIou']![0]!);
  expect(first['meanIou']).toHaveLength(3);
});

test('the mean IoU of an epoch is that of all pixels, not the mean over batches', async () => {
  // Two images of two pixels: scores are the input.
  const model = tf.sequential({
    layers: [tf.layers.activation({ activation: 'linear', inputShape: [2, 3] })],
  });
  const output = tf.oneHot(tf.tensor2d([0, 1, 1, 1], [2, 2], 'int32'), 3);
  const labels = tf.oneHot(tf.tensor2d([0, 0, 1, 1], [2, 2], 'int32'), 3);
  const miou = meanIou({ classCount: 3 });
  const logs: Record<string, unknown> = {};
  const count = () => tf.memory().numTensors;
  await miou.callback.onEpochBegin();
  const before = count();
  for (const image of [0, 1]) {
    await miou.callback.onBatchBegin();
    const value = miou.metric(
      tf.cast(tf.slice(labels, [image, 0, 0], [1, 2, 3]), 'float32'),
      model.predict(tf.cast(tf.slice(output, [image, 0, 0], [1, 2, 3]), 'float32')) as tf.Tensor,
    );
    // Class 0: 1/2, class 1: 0; then class 1 alone, right.
    expect(value.dataSync()[0]).toBe(image === 0 ? 0.25 : 1);
  }
  await miou.callback.onEpochEnd(0, logs);
  // Class 0: 1 of 2, class 1: 2 of 3; class 2 is nowhere.
  expect(logs).toEqual({ meanIou: expect.closeTo((1 / 2 + 2 / 3) / 2, 12) });
  expect(count() - before).toBe(2 * 6);
});

test('pixels are left out: void ones, and those of ignoreIndex; counts are carried over exactly', async () => {
  const labels = tf.tensor2d([
    [1, 0],
    [0, 0],
    [0, 1],
  ]);
  const output = tf.tensor2d([
    [2, 1],
    [0, 5],
    [3, 0],
  ]);
  const voided = meanIou({ classCount: 2 });
  expect(voided.metric(labels, output).dataSync()[0]).toBe(0.25);
  const ids = tf.tensor2d([0, 1, 1], [3, 1], 'int32');
  const ignoring = meanIou({ classCount: 2, labels: 'sparse', ignoreIndex: 1 });
  expect(ignoring.metric(ids, output).dataSync()[0]).toBe(1);

  // Two batches that carry into the second part.
  const many = meanIou({ classCount: 2, labels: 'sparse' });
  const half = 2 ** 19 + 1;
  const scores = tf.tile(tf.tensor2d([[1, 0]]), [half, 1]);
  const logs: Record<string, unknown> = {};
  for (let batch = 0; batch < 2; batch++) many.metric(tf.zeros([half], 'int32'), scores).dispose();
  many.metric(tf.ones([1], 'int32'), tf.tensor2d([[1, 0]])).dispose();
  await many.callback.onEpochEnd(0, logs);
  expect(logs['val_meanIou']).toBe((2 * half) / (2 * half + 1) / 2);
});

test.each([
  ['ids beyond the classes', 'sparse' as const, tf.tensor1d([0, 2, 255, 9], 'int32'), 2],
  ['negative ids', 'sparse' as const, tf.tensor1d([0, -1, 255, 1], 'int32'), 1],
  [
    'softened codes',
    'one-hot' as const,
    tf.tensor2d([
      [0.9, 0.1],
      [1, 0],
      [0, 0],
      [0, 1],
    ]),
    1,
  ],
])(
  'labels that are no class are an error at the end of the epoch: %s',
  async (_, encoding, labels, strays) => {
    const miou = meanIou({
      classCount: 2,
      labels: encoding,
      ...(encoding === 'sparse' ? { ignoreIndex: 255 } : {}),
    });
    await miou.callback.onBatchBegin();
    const before = tf.memory().numTensors;
    miou.metric(labels, tf.tensor2d([1, 0, 0, 1, 1, 0, 1, 0], [4, 2])).dispose();
    await expect(miou.callback.onEpochEnd(0, {})).rejects.toThrow(
      `${strays} pixels of the epoch have labels that are no class; expected 0 to 1`,
    );
    expect(tf.memory().numTensors - before).toBe(1);
  },
);

test('losses for models read one-hot and sparse labels, and binary ones', () => {
  tf.tidy(() => {
    const output = tf.tensor2d([
      [2, -1, 0],
      [0.5, 1, -1],
      [0, 0, 3],
    ]);
    const ids = tf.tensor1d([0, 1, 2], 'int32');
    const expected = lovaszSoftmax(output, ids).dataSync();
    const oneHot = tf.cast(tf.oneHot(ids, 3), 'float32');
    expect(modelLoss('lovasz-softmax')(oneHot, output).dataSync()).toEqual(expected);
    const sparse = modelLoss('lovasz-softmax', { labels: 'sparse' });
    expect(sparse(ids, output).dataSync()).toEqual(expected);
    expect(sparse(tf.reshape(ids, [3, 1]), output).dataSync()).toEqual(expected);
    expect(sparse.name).toBe('lovasz-softmax');
    const voided = tf.mul(oneHot, tf.tensor2d([[1], [1], [0]]));
    expect(modelLoss('lovasz-softmax')(voided, output).dataSync()).toEqual(
      lovaszSoftmax(output, tf.tensor1d([0, 1, 255], 'int32'), { ignoreIndex: 255 }).dataSync(),
    );
    const probabilities = modelLoss('lovasz-softmax', { input: 'probabilities' });
    expect(probabilities(oneHot, tf.softmax(output)).dataSync()[0]).toBeCloseTo(expected[0]!, 6);
    const bits = tf.tensor2d([[1], [0], [1]]);
    const scores = tf.tensor2d([[2], [-1], [0.5]]);
    expect(modelLoss('lovasz-hinge')(bits, scores).dataSync()).toEqual(lovaszHinge(scores, bits).dataSync());
  });
});

test('what does not fit is named', () => {
  const output = tf.zeros([2, 3]);
  const loss = modelLoss('lovasz-softmax');
  expect(() => loss(tf.zeros([2, 2]), output)).toThrow(
    'labels of shape [2, 2] for an output of shape [2, 3]; expected the same, one-hot',
  );
  expect(() => modelLoss('lovasz-softmax', { labels: 'sparse' })(tf.zeros([3]), output)).toThrow(
    'expected class ids of shape [2]',
  );
  // Softened labels are no classes.
  expect(() => loss(tf.fill([2, 3], 0.9), output)).toThrow('mask holds 0.89');
  expect(() => modelLoss('lovasz-softmax', { labels: 'dense' } as never)).toThrow('labels is "dense"');
  expect(() => modelLoss('lovasz-hinge', { labels: 'sparse' })).toThrow(
    'labels is "sparse" for lovasz-hinge',
  );
  expect(() => modelLoss('lovasz-softmax', { layout: 'channels-first' } as never)).toThrow(
    'layout is not an option',
  );
  expect(() => meanIou({ classCount: 1 })).toThrow('classCount is 1');
  expect(() => meanIou({ classCount: 2 }).metric(tf.zeros([2, 3]), output)).toThrow('expected 2 classes');
});
