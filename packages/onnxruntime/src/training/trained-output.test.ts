import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { crossEntropy, hinge, lovaszHinge, lovaszSigmoid, lovaszSoftmax } from '@lovasz/core';
import {
  adam,
  buildEvaluationGraph,
  decodeModel,
  encodeModel,
  GraphBuilder,
  importModel,
  interpret,
  modelBytes,
  sgd,
  type Loss,
  type Value,
} from '@lovasz/onnx';
import { sizeOf } from '@lovasz/onnx/parts';
import { Predictor } from './predictor.js';
import { Trainer, type TrainerOptions } from './trainer.js';

/** Two convolutions over images [2, 3, 8, 10], or the same over images [2, 8, 10, 3] with classes on the last axis. */
function network(layout: 'nchw' | 'nhwc', classes = 4): Uint8Array {
  const graph = new GraphBuilder();
  const last = layout === 'nhwc';
  const image = graph.input('image', 'float32', last ? [2, 8, 10, 3] : [2, 3, 8, 10]);
  const weight = (name: string, shape: readonly number[]): Value => {
    const size = sizeOf(shape);
    const data = Float32Array.from({ length: size }, (_, i) => 0.4 * Math.sin(1 + 7 * i + name.length));
    return graph.constantTensor({ dataType: 'float32', shape, data }, name);
  };
  const first = last ? graph.transpose(image, [0, 3, 1, 2]) : image;
  const hidden = graph.conv(first, weight('first', [6, 3, 3, 3]), undefined, { pads: [1, 1, 1, 1] });
  const scores = graph.conv(graph.relu(hidden), weight('head', [classes, 6, 1, 1]));
  const logits = last ? graph.transpose(scores, [0, 2, 3, 1]) : scores;
  return modelBytes(encodeModel({ name: layout, inputs: [image], outputs: [{ name: 'y', value: logits }] }));
}

const channelsFirst = Float32Array.from({ length: 480 }, (_, i) => Math.sin(i * i));
const channelsLast = channelsFirst.map((_, i) => {
  const [n, pixel, channel] = [Math.floor(i / 240), Math.floor((i % 240) / 3), i % 3];
  return channelsFirst[240 * n + 80 * channel + pixel]!;
});

/** Trains for some steps and returns losses, predictions and weights. */
async function trained(
  model: Uint8Array,
  inputs: Readonly<Record<string, Float32Array>>,
  labels: Int32Array,
  {
    learningRate = 0.1,
    ...options
  }: Pick<TrainerOptions, 'loss'> & Partial<TrainerOptions> & { readonly learningRate?: number },
) {
  const trainer = await Trainer.create(model, {
    optimizer: sgd({ momentum: 0.9 }),
    threads: 1,
    onWarning: () => undefined,
    ...options,
  });
  try {
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) {
      losses.push((await trainer.train({ inputs, labels }, learningRate)).loss);
    }
    const weights = [...(await trainer.checkpoint()).weights.values()].flatMap(({ data }) => [...data]);
    const { classCount, labelShape, output } = trainer;
    const predictions = await trainer.predict(inputs);
    return {
      losses,
      weights,
      predictions,
      classCount,
      labelShape,
      output,
      model: await trainer.exportModel(),
    };
  } finally {
    await trainer.close();
  }
}

test('classes on the last axis train and predict as the same network with classes on axis 1', async () => {
  const labels = Int32Array.from({ length: 160 }, (_, i) => (i * 7) % 4);
  const losses: Loss[] = [
    (backend, logits, ids) => lovaszSoftmax(backend, logits, ids),
    (backend, logits, ids) => crossEntropy(backend, logits, ids),
  ];
  for (const loss of losses) {
    const first = await trained(network('nchw'), { image: channelsFirst }, labels, { loss });
    const last = await trained(network('nhwc'), { image: channelsLast }, labels, { loss });
    expect([last.classCount, last.labelShape, last.output.classAxis]).toEqual([4, [2, 8, 10], 3]);
    const difference = (a: readonly number[], b: readonly number[]) =>
      Math.max(...a.map((entry, i) => Math.abs(entry - b[i]!)));
    expect(difference(last.losses, first.losses)).toBeLessThan(1e-6);
    expect(difference(last.weights, first.weights)).toBeLessThan(1e-6);
    expect(last.predictions).toEqual(first.predictions);
    expect(last.losses.at(-1)!).toBeLessThan(last.losses[0]! - 0.01);
    expect(new Set(last.predictions).size).toBeGreaterThan(2);
  }
});

/** The logits of a model by the float64 interpreter. */
function logitsOf(model: Uint8Array, x: Float32Array): number[] {
  const { inputs, outputs } = importModel(decodeModel(model));
  const feeds = new Map([[inputs[0]!, { shape: inputs[0]!.shape, data: Float64Array.from(x) }]]);
  return Array.from(interpret([outputs[0]!.value], feeds)[0]!.data);
}

describe('a network of one output channel', () => {
  const file = new URL('one-channel.fixture.onnx', import.meta.url);
  const x = Float32Array.from({ length: 2 * 3 * 32 * 32 }, (_, i) => Math.sin(i * i));
  // Foreground is where the first channel is bright.
  const labels = Int32Array.from({ length: 2048 }, (_, i) =>
    x[3072 * Math.floor(i / 1024) + (i % 1024)]! > 0.3 ? 1 : 0,
  );
  const shareRight = (predictions: Int32Array) =>
    predictions.filter((label, i) => label === labels[i]).length / labels.length;

  test.each<[string, Loss]>([
    ['hinge', (backend, logits, ids) => hinge(backend, logits, ids)],
    ['lovasz-hinge', (backend, logits, ids) => lovaszHinge(backend, logits, ids)],
    ['lovasz-sigmoid', (backend, logits, ids) => lovaszSigmoid(backend, logits, ids)],
    [
      'binary cross-entropy',
      (backend, logits, ids) => crossEntropy(backend, logits, ids, { multilabel: true }),
    ],
  ])('%s trains it: label 1 is predicted where the logit is above 0', async (_, loss) => {
    const result = await trained(await readFile(file), { x }, labels, {
      loss,
      optimizer: adam(),
      learningRate: 0.02,
    });
    expect([result.classCount, result.labelShape]).toEqual([2, [2, 32, 32]]);
    expect(result.losses.at(-1)!).toBeLessThan(0.8 * result.losses[0]!);

    const scores = logitsOf(result.model, x);
    expect(Array.from(result.predictions)).toEqual(scores.map((logit) => (logit > 0 ? 1 : 0)));
    const mostFrequent =
      Math.max(...[0, 1].map((id) => labels.filter((label) => label === id).length)) / 2048;
    expect(shareRight(result.predictions)).toBeGreaterThan(mostFrequent + 0.05);

    const [below, above] = scores.toSorted((a, b) => a - b).slice(1500, 1502);
    const logitThreshold = (below! + above!) / 2;
    const predictor = await Predictor.create(result.model, { logitThreshold, threads: 1 });
    expect([predictor.classCount, predictor.output.isBinary]).toEqual([2, true]);
    const predictions = await predictor.predict({ x });
    await predictor.close();
    expect(Array.from(predictions)).toEqual(scores.map((logit) => (logit > logitThreshold ? 1 : 0)));
  });

  test('a loss over classes is refused, the binary ones are named', async () => {
    const loss: Loss = (backend, logits, ids) => crossEntropy(backend, logits, ids);
    await expect(Trainer.create(await readFile(file), { loss, optimizer: sgd() })).rejects.toThrow(
      /one class on axis 1.*hinge, lovasz-hinge, lovasz-sigmoid/,
    );
  });
});

test('what is not clear is asked for, and what is given is taken', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 8, 8, 8]);
  const weight = { dataType: 'float32', shape: [8], data: new Float32Array(8) } as const;
  const shifted = graph.add(x, graph.constantTensor(weight, 'shift'));
  const model = encodeModel({ name: 'g', inputs: [x], outputs: [{ name: 'y', value: shifted }] });
  expect(() => buildEvaluationGraph(model)).toThrow(
    /where do its classes lie\? .*--layout nchw.*--layout nhwc/,
  );
  const data = Float32Array.from({ length: 512 }, (_, i) => Math.sin(i * i));
  for (const classAxis of [1, -1]) {
    const predictor = await Predictor.create(model, { classAxis, threads: 1 });
    const predictions = await predictor.predict({ x: data });
    await predictor.close();
    const at = (pixel: number, id: number) => (classAxis === 1 ? 64 * id + pixel : 8 * pixel + id);
    const expected = Array.from({ length: 64 }, (_, pixel) => {
      const scores = Array.from({ length: 8 }, (__, id) => data[at(pixel, id)]!);
      return scores.indexOf(Math.max(...scores));
    });
    expect(Array.from(predictions)).toEqual(expected);
  }
});
