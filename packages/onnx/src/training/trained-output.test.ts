import { describe, expect, test } from '@jest/globals';
import { crossEntropy, hinge, lovaszHinge, lovaszSoftmax, softJaccard } from '@lovasz/core';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import type { Value } from '../graph/value.js';
import { decodeModel } from '../model/decode-model.js';
import { encodeModel } from '../model/encode-model.js';
import { importModel } from '../model/import-model.js';
import { buildEvaluationGraph } from './evaluation-graph.js';
import { buildGradientGraph } from './gradient-graph.js';
import type { Loss } from './network-loss.js';
import { sgd } from './sgd.js';
import { trainedOutput, type OutputOptions } from './trained-output.js';
import { buildTrainingGraph } from './training-graph.js';
import { sizeOf } from '../graph/tensor.js';

type Write = (graph: GraphBuilder, image: Value, weights: (...shape: number[]) => Value) => Value;

/** A network of one image, by what it does with it. */
function network(shape: readonly number[], ...writes: readonly Write[]) {
  const graph = new GraphBuilder();
  const image = graph.input('image', 'float32', shape);
  let count = 0;
  const weights = (...lengths: number[]): Value => {
    const size = sizeOf(lengths);
    const data = Float32Array.from({ length: size }, (_, place) => Math.sin(1 + place * 1.7));
    return graph.constantTensor({ dataType: 'float32', shape: lengths, data }, `weight${count++}`);
  };
  const outputs = writes.map((write, place) => ({
    name: ['logits', 'aux', 'more'][place]!,
    value: write(graph, image, weights),
  }));
  return { inputs: [image], outputs, model: encodeModel({ name: 'net', inputs: [image], outputs }) };
}

/** A convolution over a channels-first image. */
const convolution =
  (classes: number): Write =>
  (graph, image, weights) =>
    graph.conv(image, weights(classes, image.shape[1]!, 1, 1));

/** The same over a channels-last image, with classes on the last axis. */
const channelsLast =
  (classes: number): Write =>
  (graph, image, weights) => {
    const first = graph.transpose(image, [0, 3, 1, 2]);
    return graph.transpose(graph.conv(first, weights(classes, image.shape[3]!, 1, 1)), [0, 2, 3, 1]);
  };

describe('the axis of the classes', () => {
  const axisOf = (shape: readonly number[], write: Write, options?: OutputOptions) =>
    trainedOutput(network(shape, write), options).classAxis;

  test.each<[string, number[], Write, number | 'none']>([
    ['of a convolution', [2, 3, 4, 6], convolution(5), 1],
    ['of as many classes as rows and columns', [2, 3, 5, 5], convolution(5), 1],
    ['of a volume', [2, 3, 4, 4, 4], (g, x, w) => g.conv(x, w(5, 3, 1, 1, 1)), 1],
    ['of points', [2, 3, 7], (g, x, w) => g.conv(x, w(5, 3, 1)), 1],
    ['of a convolution between transposes', [2, 4, 6, 3], channelsLast(5), 3],
    ['of that, with as many classes as rows', [2, 4, 4, 3], channelsLast(4), 3],
    ['of that, behind an activation', [2, 4, 6, 3], (g, x, w) => g.relu(channelsLast(5)(g, x, w)), 3],
    ['of a product with a matrix', [2, 7, 3], (g, x, w) => g.matmul(x, w(3, 5)), 2],
    ['of that, transposed', [2, 7, 3], (g, x, w) => g.transpose(g.matmul(x, w(3, 5)), [0, 2, 1]), 1],
    [
      'of a convolution whose points are one axis',
      [2, 3, 4, 6],
      (g, x, w) => g.reshape(convolution(5)(g, x, w), [2, 5, 24]),
      1,
    ],
    ['of a fully connected layer', [2, 3, 4, 6], (g, x, w) => g.matmul(g.reshape(x, [2, 72]), w(72, 5)), 1],
    [
      'of one channel without an axis',
      [2, 3, 4, 6],
      (g, x, w) => g.reshape(convolution(1)(g, x, w), [2, 4, 6]),
      'none',
    ],
    ['of one channel', [2, 3, 4, 6], convolution(1), 1],
    // Of these, only the size of the input tells.
    ['of channels that no operator names', [2, 3, 8, 12], (g, x) => g.concat([x, g.exp(x)], 1), 1],
    ['of channels last that none names', [2, 8, 12, 3], (g, x) => g.concat([x, g.exp(x)], 3), 3],
    [
      'of less resolution',
      [2, 3, 8, 12],
      (g, x) => g.only('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] }),
      1,
    ],
  ])('%s is found', (_, shape, write, axis) => {
    expect(axisOf(shape, write)).toBe(axis);
  });

  test('is asked for where it is not clear, with both readings', () => {
    const square: Write = (graph, image) => graph.relu(image);
    expect(() => axisOf([2, 8, 8, 8], square)).toThrow(
      "output 'logits' [2, 8, 8, 8]: where do its classes lie? Give classAxis 1 (--layout nchw), 8 classes, labels " +
        '[2, 8, 8]; or classAxis 3 (--layout nhwc), 8 classes, labels [2, 8, 8]',
    );
    expect(axisOf([2, 8, 8, 8], square, { classAxis: 1 })).toBe(1);
    expect(axisOf([2, 8, 8, 8], square, { classAxis: -1 })).toBe(3);
    expect(axisOf([2, 8, 8, 8], square, { classAxis: 'none' })).toBe('none');
  });

  test('operators and sizes that contradict each other are asked for too', () => {
    // A convolution along one axis of an image whose points are all there is left.
    const write: Write = (graph, image, weights) =>
      graph.conv(graph.reshape(image, [2, 12, 6]), weights(4, 12, 1));
    expect(() => axisOf([2, 3, 4, 6], write)).toThrow(/labels \[2, 6\].*labels \[2, 4, 6\]/);
  });

  test.each([0, 4, -4, 1.5])('classAxis %d is refused', (classAxis) => {
    expect(() => axisOf([2, 3, 4, 6], convolution(5), { classAxis })).toThrow(
      new RangeError(
        `classAxis is ${classAxis} for output 'logits' [2, 5, 4, 6]; expected an axis from 1 to 3, or 'none'`,
      ),
    );
  });
});

test('of several outputs the first is trained, or the one that is named; the others are warned of', () => {
  const { model } = network([2, 3, 4, 6], convolution(5), convolution(7));
  const options = { loss: overClasses, optimizer: sgd() };
  const first = buildTrainingGraph(model, options);
  expect([first.output.name, first.classCount]).toEqual(['logits', 5]);
  expect(first.warnings).toContain(
    "output 'logits' is trained, 'aux' is not: another is chosen by output (--output)",
  );
  const aux = buildTrainingGraph(model, { ...options, output: 'aux' });
  expect([aux.output.name, aux.classCount, aux.output.others]).toEqual(['aux', 7, ['logits']]);
  expect(buildEvaluationGraph(model, { output: 'aux' }).logitsShape).toEqual([2, 7, 4, 6]);
  expect(() => buildTrainingGraph(model, { ...options, output: 'main' })).toThrow(
    "output names 'main', but the outputs are 'logits', 'aux'",
  );
});

const overClasses: Loss = (backend, logits, labels) => crossEntropy(backend, logits, labels);

/** A binary loss over several classes. */
const eachAgainstTheRest: Loss = (backend, logits, labels) => {
  const [images, classes, ...pixels] = backend.shape(logits).map(Number) as [number, number, ...number[]];
  const column = backend.reshape(labels, [images, 1, ...pixels]);
  const ids = backend.constant([...Array(classes).keys()], [1, classes, ...pixels.map(() => 1)]);
  return hinge(backend, logits, backend.equal(column, ids));
};

/** The outputs of a written graph, in float64, by name; its inputs are given by name or made up. */
function run(bytes: Uint8Array, given: Readonly<Record<string, ArrayLike<number>>>) {
  const { inputs, outputs } = importModel(decodeModel(bytes));
  const feeds = new Map(
    inputs.map((input) => {
      const size = sizeOf(input.shape);
      const made = Array.from({ length: size }, (_, place) => Math.sin(1 + place * 0.7));
      return [input, { shape: input.shape, data: Float64Array.from(given[input.name!] ?? made) }] as const;
    }),
  );
  const results = interpret(
    outputs.map(({ value }) => value),
    feeds,
  );
  return Object.fromEntries(outputs.map(({ name }, place) => [name, Array.from(results[place]!.data)]));
}

test('a network with classes on the last axis has the loss and gradients of the same with classes first', () => {
  const labels = Array.from({ length: 48 }, (_, place) => (place * 7) % 5);
  const image = Array.from({ length: 144 }, (_, place) => Math.sin(place));
  // The entry of [n, c, y, x] in the other order.
  const moved = image.map((_, place) => {
    const [n, rest, c] = [Math.floor(place / 72), Math.floor((place % 72) / 3), place % 3];
    return image[n * 72 + c * 24 + rest]!;
  });
  for (const loss of [overClasses, eachAgainstTheRest]) {
    const first = buildGradientGraph(network([2, 3, 4, 6], convolution(5)).model, { loss });
    const last = buildGradientGraph(network([2, 4, 6, 3], channelsLast(5)).model, { loss });
    expect(last.labelShape).toEqual([2, 4, 6]);
    const expected = run(first.bytes, { labels, image });
    const found = run(last.bytes, { labels, image: moved });
    expect(found['loss']![0]).toBeCloseTo(expected['loss']![0]!, 12);
    found['gradient/weight0']!.forEach((entry, place) =>
      expect(entry).toBeCloseTo(expected['gradient/weight0']![place]!, 12),
    );
    expect(expected['gradient/weight0']!.some((entry) => Math.abs(entry) > 1e-3)).toBe(true);
  }
  const predictions = ([model, pixels]: [ReturnType<typeof network>['model'], number[]]) => {
    const { bytes, layout, predictionShape } = buildEvaluationGraph(model);
    expect(predictionShape).toEqual([2, 4, 6]);
    const { size } = layout.parameters[0]!;
    const parameters = Array.from({ length: size }, (_, place) => Math.sin(1 + place * 1.7));
    return run(bytes, { image: pixels, parameters })['predictions'];
  };
  const found = predictions([network([2, 4, 6, 3], channelsLast(5)).model, moved]);
  expect(found).toEqual(predictions([network([2, 3, 4, 6], convolution(5)).model, image]));
  expect(new Set(found).size).toBeGreaterThan(2);
});

describe('one score per pixel', () => {
  const writes: [string, number[], Write][] = [
    ['on axis 1', [2, 3, 4, 6], convolution(1)],
    ['on the last axis', [2, 4, 6, 3], channelsLast(1)],
    ['without an axis', [2, 3, 4, 6], (g, x, w) => g.reshape(convolution(1)(g, x, w), [2, 4, 6])],
  ];

  test.each(writes)(
    '%s: label 1 is foreground, and 1 is predicted where the logit is above 0',
    (_, shape, write) => {
      const { model } = network(shape, write);
      const graph = buildGradientGraph(model, {
        loss: (backend, logits, labels) => lovaszHinge(backend, logits, labels),
      });
      expect([graph.output.isBinary, graph.output.classCount, graph.labelShape]).toEqual([
        true,
        2,
        [2, 4, 6],
      ]);
      const parameters = [0.5, -0.25, 0.125];
      const { logits } = run(graph.bytes, { parameters, labels: Array(48).fill(1) });
      // Right labels with a margin of 1 have no loss, wrong ones have one.
      const far = parameters.map((entry) => 1e6 * entry);
      const right = logits!.map((logit) => (logit > 0 ? 1 : 0));
      const wrong = right.map((label) => 1 - label);
      expect(new Set(right).size).toBe(2);
      expect(run(graph.bytes, { parameters: far, labels: right })['loss']).toEqual([0]);
      expect(run(graph.bytes, { parameters: far, labels: wrong })['loss']![0]).toBeGreaterThan(1);

      const at = (logitThreshold?: number) =>
        run(buildEvaluationGraph(model, { logitThreshold }).bytes, { parameters })['predictions'];
      expect(at()).toEqual(right);
      expect(at(0.3)).toEqual(logits!.map((logit) => (logit > 0.3 ? 1 : 0)));
      expect(at(0.3)).not.toEqual(right);
    },
  );

  test.each<[string, (graph: GraphBuilder, x: Value) => Value]>([
    ['Sigmoid', (g, x) => g.only('Sigmoid', [x])],
    ['1 / (1 + exp(−x))', (g, x) => g.divide(1, g.add(1, g.only('Exp', [g.only('Neg', [x])])))],
    ['the reciprocal', (g, x) => g.reciprocal(g.add(g.only('Exp', [g.only('Neg', [x])]), 1))],
    [
      'a Sigmoid within bounds',
      (g, x) => g.only('Clip', [g.only('Sigmoid', [x]), g.constant(0.01, []), g.constant(0.99, [])]),
    ],
  ])('a probability is compared with that of the threshold: %s', (_, sigmoid) => {
    const behind: Write = (g, x, w) => g.transpose(sigmoid(g, convolution(1)(g, x, w)), [0, 2, 3, 1]);
    const parameters = [0.5, -0.25, 0.125];
    const of = (write: Write, logitThreshold?: number) =>
      run(buildEvaluationGraph(network([2, 3, 4, 6], write).model, { logitThreshold }).bytes, { parameters })[
        'predictions'
      ];
    for (const threshold of [undefined, 0.3]) {
      expect(of(behind, threshold)).toEqual(of(convolution(1), threshold));
    }
  });

  test.each<[string, Loss]>([
    ['cross-entropy', (b, logits, labels) => crossEntropy(b, logits, labels)],
    ['Lovász-Softmax', (b, logits, labels) => lovaszSoftmax(b, logits, labels)],
    ['soft Jaccard', (b, logits, labels) => softJaccard(b, logits, labels)],
  ])('%s over classes is refused, the binary losses are named', (_, loss) => {
    for (const [, shape, write] of writes) {
      expect(() => buildTrainingGraph(network(shape, write).model, { loss, optimizer: sgd() })).toThrow(
        /^logits of shape \[2, 1, 4, 6\] have one class on axis 1; .*hinge, lovasz-hinge, lovasz-sigmoid/,
      );
    }
  });

  test('a threshold is for one score', () => {
    const { model } = network([2, 3, 4, 6], convolution(5));
    expect(() => buildEvaluationGraph(model, { logitThreshold: 1 })).toThrow(/has 5 scores per pixel/);
    const one = network([2, 3, 4, 6], convolution(1)).model;
    expect(() => buildEvaluationGraph(one, { logitThreshold: NaN })).toThrow(
      new RangeError('logitThreshold is NaN, expected a finite number'),
    );
  });
});
