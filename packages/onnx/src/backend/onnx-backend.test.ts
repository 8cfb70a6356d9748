import { describe, expect, test } from '@jest/globals';
import {
  crossEntropy,
  jaccardWeights,
  lovaszHinge,
  lovaszSoftmax,
  referenceLoss,
  type JaccardMethod,
  type TensorBackend,
} from '@lovasz/core';
import { GraphBuilder } from '../graph-builder.js';
import { differentiate } from '../differentiation/differentiate.js';
import { interpret } from '../graph/interpret.js';
import type { Value } from '../graph/value.js';
import { createOnnxBackend } from './onnx-backend.js';
import { sizeOf } from '../graph/tensor.js';
import { randomNumbers } from '../graph/random-numbers.fixture.js';

type BackendLoss = (backend: TensorBackend<Value>, logits: Value, labels: Value) => Value;

/** Value and gradient of a loss, through a graph that is interpreted in float64. */
function throughGraph(
  loss: BackendLoss,
  logits: { shape: number[]; data: Float64Array },
  labels: { shape: number[]; data: Float64Array },
  method: JaccardMethod = 'exact',
) {
  const graph = new GraphBuilder();
  const x = graph.input('logits', 'float32', logits.shape);
  const y = graph.input('labels', 'float32', labels.shape);
  const value = loss(createOnnxBackend(graph, { method }), x, y);
  const [gradient] = differentiate(graph, graph.reshape(value, []), [x]);
  const [found, slopes] = interpret(
    [value, gradient!],
    new Map([
      [x, logits],
      [y, labels],
    ]),
  );
  return { value: found!.data[0]!, gradient: slopes!.data };
}

const random = randomNumbers(3);
const draw = (shape: number[], from: () => number) => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, from),
});
const logits = draw([2, 4, 5, 6], () => 4 * random() - 2);
const labels = draw([2, 5, 6], () => (random() < 0.1 ? 255 : Math.floor(random() * 3)));
const scores = draw([3, 5, 6], () => 4 * random() - 2);
const masks = draw([3, 5, 6], () => (random() < 0.1 ? 255 : random() < 0.4 ? 1 : 0));

// Constants of the graph, such as 1/3, are float32: that is the error of about 1e-8 that remains.
describe('losses written into an ONNX graph', () => {
  const options = [
    ['present', { ignoreIndex: 255 }],
    ['all', { ignoreIndex: 255, classes: 'all' }],
    ['list', { ignoreIndex: 255, classes: [0, 3] }],
    ['per image', { ignoreIndex: 255, perImage: true }],
    ['weighted', { ignoreIndex: 255, classWeights: [1, 0.5, 2, 1] }],
    ['ignored class', { ignoreIndex: 1, classes: 'all' }],
  ] as const;
  test.each(options)('lovaszSoftmax, %s: as the float64 reference', (_, each) => {
    const given = {
      ...labels,
      data: labels.data.map((label) =>
        'ignoreIndex' in each && each.ignoreIndex === 1 && label === 255 ? 1 : label,
      ),
    };
    const found = throughGraph((backend, x, y) => lovaszSoftmax(backend, x, y, each), logits, given);
    const expected = referenceLoss('lovasz-softmax', logits, given, each);
    expect(found.value).toBeCloseTo(expected.value, 8);
    found.gradient.forEach((entry, place) => expect(entry).toBeCloseTo(expected.gradient.data[place]!, 8));
  });

  test.each([false, true])('lovaszHinge, perImage %s: as the float64 reference', (perImage) => {
    const found = throughGraph(
      (backend, x, y) => lovaszHinge(backend, x, y, { ignoreIndex: 255, perImage }),
      scores,
      masks,
    );
    const expected = referenceLoss('lovasz-hinge', scores, masks, { ignoreIndex: 255, perImage });
    expect(found.value).toBeCloseTo(expected.value, 8);
    found.gradient.forEach((entry, place) => expect(entry).toBeCloseTo(expected.gradient.data[place]!, 8));
  });

  test('crossEntropy: as the float64 reference', () => {
    const each = { ignoreIndex: 255, classWeights: [1, 0.5, 2, 1] };
    const found = throughGraph((backend, x, y) => crossEntropy(backend, x, y, each), logits, labels);
    const expected = referenceLoss('cross-entropy', logits, labels, each);
    expect(found.value).toBeCloseTo(expected.value, 8);
    found.gradient.forEach((entry, place) => expect(entry).toBeCloseTo(expected.gradient.data[place]!, 8));
  });
});

describe('Lovász weights by histogram', () => {
  const weightsOf = (
    method: JaccardMethod,
    errors: Float64Array,
    foreground: Float64Array,
    valid: Float64Array,
  ) => {
    const graph = new GraphBuilder();
    const shape = [1, errors.length];
    const inputs = ['errors', 'foreground', 'valid'].map((name) => graph.input(name, 'float32', shape));
    const [e, f, v] = inputs as [Value, Value, Value];
    const weights = createOnnxBackend(graph, { method }).jaccardWeights(e, f, v);
    const feeds = [errors, foreground, valid].map(
      (data, place) => [inputs[place]!, { shape, data }] as const,
    );
    return interpret([weights], new Map(feeds))[0]!.data;
  };
  const next = randomNumbers(11);
  const size = 3000;
  const foreground = Float64Array.from({ length: size }, () => (next() < 0.2 ? 1 : 0));
  const valid = Float64Array.from({ length: size }, () => (next() < 0.9 ? 1 : 0));
  const ones = new Float64Array(size).fill(1);

  test.each([
    ['errors of a weak model', () => next()],
    ['errors of a trained model', () => next() ** 6],
    ['hinge errors above 1', () => Math.max(3 * next() - 1, 0)],
  ])('%s: the loss of the exact method, weights of sum 1, none on ignored pixels', (_, drawn) => {
    const errors = Float64Array.from({ length: size }, drawn);
    const exact = jaccardWeights(errors, foreground, valid);
    const found = weightsOf('histogram', errors, foreground, valid);
    const loss = (weights: Float64Array) =>
      weights.reduce((sum, weight, place) => sum + weight * errors[place]!, 0);
    expect(Math.abs(loss(found) / loss(exact) - 1)).toBeLessThan(1e-6);
    expect(found.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 10);
    found.forEach((weight, place) => expect(valid[place] === 1 || weight === 0).toBe(true));
    const dot = (a: Float64Array, b: Float64Array) =>
      a.reduce((sum, weight, place) => sum + weight * b[place]!, 0);
    // Errors of exactly 0 tie, and their order is free; those above 0 are what carries the gradient.
    const above = (weights: Float64Array) =>
      weights.map((weight, place) => (errors[place]! > 0 ? weight : 0));
    const [a, b] = [above(found), above(exact)];
    expect(1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeLessThan(1e-4);
  });

  test('a tie takes the mean of its two extreme orders', () => {
    const errors = new Float64Array(5).fill(0.5);
    const labels5 = Float64Array.from([1, 0, 1, 0, 0]);
    // U₀ = 2, U₁ = 5, I₀ = 2, I₁ = 0.
    const found = weightsOf('histogram', errors, labels5, new Float64Array(5).fill(1));
    const [one, zero] = [(1 / 2 + 1 / 5) / 2, (2 + 0) / (2 * 2 * 5)];
    expect([...found].map((weight) => weight.toFixed(12))).toEqual(
      [one, zero, one, zero, zero].map((weight) => weight.toFixed(12)),
    );
  });

  test('without foreground the highest errors share the weight 1', () => {
    const errors = Float64Array.from([0.2, 0.9, 0.1, 0.9]);
    expect([...weightsOf('histogram', errors, new Float64Array(4), new Float64Array(4).fill(1))]).toEqual([
      0, 0.5, 0, 0.5,
    ]);
  });

  test('nothing valid: nothing weighs', () => {
    expect(
      [...weightsOf('histogram', ones, foreground, new Float64Array(size))].every((weight) => weight === 0),
    ).toBe(true);
  });
});

test.each([1, 2.5, NaN])('%p is no number of bins', (bins) => {
  expect(() => createOnnxBackend(new GraphBuilder(), { bins })).toThrow(
    new RangeError(`bins is ${bins}; expected an integer ≥ 2`),
  );
});
