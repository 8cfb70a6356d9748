import { crossEntropy } from '@lovasz/core';
import { describe, expect, test } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  type ModelProto,
} from 'onnx-buf';
import { GraphBuilder } from '../graph-builder.js';
import { interpret } from '../graph/interpret.js';
import { planMemory } from '../memory/plan-memory.js';
import { decodeModel } from '../model/decode-model.js';
import { encodeModel } from '../model/encode-model.js';
import { importModel } from '../model/import-model.js';
import { adam } from './adam.js';
import { sgd } from './sgd.js';
import { buildTrainingGraph, type TrainingGraphOptions } from './training-graph.js';
import { sizeOf } from '../graph/tensor.js';

/** A convolution, batch normalization, dropout and a convolution to three classes. */
function network({ exportedInTraining = false } = {}): ModelProto {
  const graph = new GraphBuilder();
  const weights = (name: string, shape: readonly number[], first = 0.1) => {
    const size = sizeOf(shape);
    const data = Float32Array.from({ length: size }, (_, place) => first + 0.3 * Math.sin(place * 1.7));
    return graph.constantTensor({ dataType: 'float32', shape, data }, name);
  };
  const image = graph.input('image', 'float32', [2, 2, 4, 4]);
  let x = graph.conv(image, weights('first.weight', [4, 2, 3, 3]), weights('first.bias', [4]), {
    pads: [1, 1, 1, 1],
  });
  const channels = ['scale', 'bias', 'mean', 'variance'].map((name) => weights(`norm.${name}`, [4], 0.9));
  x = graph.apply('BatchNormalization', [x, ...channels])[0]!;
  x = graph.apply('Dropout', [graph.relu(x), graph.constant(0.25)])[0]!;
  const logits = graph.conv(x, weights('last.weight', [3, 4, 1, 1]));
  const model = encodeModel({
    name: 'net',
    inputs: [image],
    outputs: [{ name: 'logits', value: logits }],
  });
  if (exportedInTraining) {
    const byOperator = new Map(model.graph!.node.map((node) => [node.opType, node]));
    const normalization = byOperator.get('BatchNormalization')!;
    normalization.output.push('next_mean', 'next_variance');
    normalization.attribute.push(
      create(AttributeProtoSchema, {
        name: 'training_mode',
        type: AttributeProto_AttributeType.INT,
        i: 1n,
      }),
    );
    byOperator.get('Dropout')!.output.push('mask');
  }
  return model;
}

const options: TrainingGraphOptions = {
  loss: (backend, logits, labels) => crossEntropy(backend, logits, labels),
  optimizer: adam({ weightDecay: 0.01 }),
};

type Vectors = Readonly<Record<string, Float64Array>>;

/** Interprets a written file; feeds that it has no input for are left out. */
function run(bytes: Uint8Array, feeds: Vectors): Vectors {
  const { inputs, outputs } = importModel(decodeModel(bytes));
  const results = interpret(
    outputs.map(({ value }) => value),
    new Map(inputs.map((input) => [input, { shape: input.shape, data: feeds[input.name!]! }])),
  );
  return Object.fromEntries(outputs.map(({ name }, place) => [name, results[place]!.data]));
}

const waves = (length: number, frequency: number): Float64Array =>
  Float64Array.from({ length }, (_, place) => Math.abs(Math.sin(place * frequency)));

/** What every file of the network above can be fed. */
function feedsOf(graph: ReturnType<typeof buildTrainingGraph>): Vectors {
  return {
    image: waves(64, 1.3),
    labels: Float64Array.from({ length: 32 }, (_, place) => (place * 7) % 3),
    random_0: waves(128, 2.1),
    ...Object.fromEntries(graph.state.map(({ name, length }, place) => [name, waves(length, 0.7 + place)])),
    step_size: Float64Array.of(0.01),
    second_correction: Float64Array.of(1.5),
    learning_rate: Float64Array.of(0.1),
  };
}

function expectClose(found: Vectors, expected: Vectors): void {
  for (const [name, values] of Object.entries(found)) {
    values.forEach((value, place) => expect(value).toBeCloseTo(expected[name]![place]!, 10));
  }
}

const entriesOf = (bytes: Uint8Array) => {
  const { input, output } = decodeModel(bytes).graph!;
  return [input.map(({ name }) => name), output.map(({ name }) => name)];
};

describe('buildTrainingGraph', () => {
  test('gives five files with the inputs and outputs that it says', () => {
    const graph = buildTrainingGraph(network(), options);
    const moments = ['first_moment', 'second_moment'];
    const batch = ['image', 'labels', 'parameters', 'statistics', 'random_0'];
    expect(graph.state.map(({ name }) => name)).toEqual(['parameters', 'statistics', ...moments]);
    const files = {
      step: [
        ['loss', 'next_parameters', 'next_statistics', 'next_first_moment', 'next_second_moment'],
        [...batch, ...moments, ...graph.scalars],
      ],
      forward: [['loss', 'logits', 'next_statistics'], batch],
      backward: [['loss', 'gradient', 'next_statistics'], batch],
      optimizer: [
        ['next_parameters', 'next_first_moment', 'next_second_moment'],
        ['parameters', 'gradient', ...moments, ...graph.scalars],
      ],
      evaluate: [
        ['predictions', 'logits'],
        ['image', 'parameters', 'statistics'],
      ],
    } as const;
    for (const [name, [outputs, inputs]] of Object.entries(files)) {
      const [foundInputs, foundOutputs] = entriesOf(graph[name as keyof typeof files]);
      expect(new Set(foundInputs)).toEqual(new Set(inputs));
      expect(foundOutputs).toEqual(outputs);
    }
    expect(graph.step).toBe(graph.step);
  });

  test.each([adam({ weightDecay: 0.01 }), sgd({ momentum: 0.9, weightDecay: 0.01 })])(
    'backward and then the optimizer make one step: $name',
    (optimizer) => {
      const graph = buildTrainingGraph(network(), { ...options, optimizer });
      const feeds = feedsOf(graph);
      const whole = run(graph.step, feeds);
      const { loss, gradient, ...statistics } = run(graph.backward, feeds);
      const updated = run(graph.optimizer, { ...feeds, gradient: gradient! });
      expectClose({ loss: loss!, ...statistics, ...updated }, whole);
      expect(Object.keys({ loss, ...statistics, ...updated }).sort()).toEqual(Object.keys(whole).sort());
    },
  );

  test('forward gives the loss and the statistics of a step, and the logits that it is of', () => {
    const graph = buildTrainingGraph(network(), options);
    const feeds = feedsOf(graph);
    const { logits, ...rest } = run(graph.forward, feeds);
    expectClose(rest, run(graph.step, feeds));
    const scores = (image: number, pixel: number) =>
      [0, 1, 2].map((label) => logits![(image * 3 + label) * 16 + pixel]!);
    const losses = Array.from(feeds['labels']!, (label, place) => {
      const each = scores(Math.floor(place / 16), place % 16);
      return Math.log(each.reduce((sum, score) => sum + Math.exp(score), 0)) - each[label]!;
    });
    expect(rest['loss']![0]).toBeCloseTo(losses.reduce((sum, each) => sum + each, 0) / losses.length, 10);
  });

  test('evaluate normalizes by the running statistics and names the class of the largest logit', () => {
    const graph = buildTrainingGraph(network(), options);
    const feeds = feedsOf(graph);
    const { predictions, logits } = run(graph.evaluate, feeds);
    predictions!.forEach((label, place) => {
      const pixel = Math.floor(place / 16) * 48 + (place % 16);
      const scores = [0, 1, 2].map((each) => logits![pixel + each * 16]!);
      expect(label).toBe(scores.indexOf(Math.max(...scores)));
    });
    const other = { ...feeds, statistics: feeds['statistics']!.map((each) => each + 1) };
    expect(run(graph.evaluate, other)['logits']).not.toEqual(logits);
  });

  test.each(['train', 'frozen'] as const)(
    'the mode in which a model was exported does not matter: batch normalization %s',
    (batchNormalization) => {
      const [usual, training] = [false, true].map((exportedInTraining) =>
        buildTrainingGraph(network({ exportedInTraining }), { ...options, batchNormalization }),
      );
      const feeds = feedsOf(usual!);
      for (const file of ['step', 'evaluate'] as const) {
        expectClose(run(training![file], feeds), run(usual![file], feeds));
      }
      const { next_statistics: after } = run(training!.step, feeds);
      if (batchNormalization === 'frozen') expect(after).toEqual(feeds['statistics']);
      else expect(after).not.toEqual(feeds['statistics']);
    },
  );

  test.each([
    [
      'computed',
      (graph: GraphBuilder) => graph.input('ratio', 'float32', []),
      'has a ratio that is computed',
    ],
    ['1', (graph: GraphBuilder) => graph.constant(1), 'has ratio 1; expected a number in [0, 1)'],
  ])('a ratio of dropout that is %s is refused', (_, ratio, message) => {
    const graph = new GraphBuilder();
    const image = graph.input('image', 'float32', [2, 3]);
    const weight = graph.constantTensor(
      { dataType: 'float32', shape: [3, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9.5) },
      'weight',
    );
    const dropped = graph.apply('Dropout', [image, ratio(graph)])[0]!;
    const value = graph.only('MatMul', [dropped, weight]);
    const model = encodeModel({
      name: 'net',
      inputs: [...graph.inputs],
      outputs: [{ name: 'logits', value }],
    });
    expect(() => buildTrainingGraph(model, options)).toThrow(message);
  });

  test('running statistics follow those of the batch, the variance with n/(n − 1)', () => {
    const graph = new GraphBuilder();
    const image = graph.input('image', 'float32', [2, 3, 2, 2]);
    const channels = ['scale', 'bias', 'mean', 'variance'].map((name) =>
      graph.constantTensor({ dataType: 'float32', shape: [3], data: Float32Array.of(1, 2, 3) }, name),
    );
    const logits = graph.apply('BatchNormalization', [image, ...channels], { momentum: 0.75 })[0]!;
    const model = encodeModel({ name: 'net', inputs: [image], outputs: [{ name: 'logits', value: logits }] });
    const { step, state } = buildTrainingGraph(model, { ...options, optimizer: sgd(), classAxis: 1 });
    const feeds = {
      image: waves(24, 1.3),
      labels: new Float64Array(8),
      learning_rate: Float64Array.of(0.1),
      ...Object.fromEntries(state.map(({ name, length }, place) => [name, waves(length, 0.7 + place)])),
    };
    const { next_statistics: after } = run(step, feeds as Vectors);
    const before = (feeds as Vectors)['statistics']!;
    for (const channel of [0, 1, 2]) {
      const entries = [0, 1].flatMap((each) => [
        ...feeds.image.subarray(4 * (3 * each + channel), 4 * (3 * each + channel + 1)),
      ]);
      const mean = entries.reduce((sum, entry) => sum + entry, 0) / 8;
      const variance = entries.reduce((sum, entry) => sum + (entry - mean) ** 2, 0) / 7;
      expect(after![channel]).toBeCloseTo(0.75 * before[channel]! + 0.25 * mean, 10);
      // The factor is a float32 constant of the graph.
      expect(after![3 + channel]).toBeCloseTo(0.75 * before[3 + channel]! + 0.25 * variance, 7);
    }
  });

  test('statistics under a second name are not trained', () => {
    const model = network();
    const graph = model.graph!;
    const normalization = graph.node.find(({ opType }) => opType === 'BatchNormalization')!;
    normalization.input[3] = 'alias';
    graph.node.unshift(
      create(NodeProtoSchema, { opType: 'Identity', input: ['norm.mean'], output: ['alias'] }),
    );
    const renamed = buildTrainingGraph(model, options);
    const usual = buildTrainingGraph(network(), options);
    expect(renamed.statistics).toEqual(usual.statistics);
    expect(renamed.parameters).toEqual(usual.parameters);
    const feeds = feedsOf(usual);
    expectClose(run(renamed.step, feeds), run(usual.step, feeds));
  });

  test.each([
    ['a list', { frozen: ['first.weight', 'norm.scale'] }],
    ['a test', { frozen: (name: string) => name === 'first.weight' || name === 'norm.scale' }],
    ['what is trained', { trainable: ['last.weight', 'norm.bias', 'first.bias'] }],
  ])('what is frozen is no part of the parameters, and has no gradient: %s', (_, selection) => {
    const graph = buildTrainingGraph(network(), { ...options, ...selection });
    expect(graph.parameters.map(({ name }) => name).sort()).toEqual([
      'first.bias',
      'last.weight',
      'norm.bias',
    ]);
    const all = buildTrainingGraph(network(), options);
    // The same weights: those of the file for what is frozen.
    const initializers = new Map(
      network().graph!.initializer.map(({ name, rawData }) => [
        name,
        new Float32Array(rawData.slice().buffer),
      ]),
    );
    const vectorOf = ({ parameters }: typeof graph) =>
      Float64Array.from(parameters.flatMap(({ name }) => [...initializers.get(name)!]));
    const [some, every] = [graph, all].map((each) =>
      run(each.backward, { ...feedsOf(all), parameters: vectorOf(each) }),
    );
    expect(some!['loss']![0]).toBeCloseTo(every!['loss']![0]!, 10);
    for (const { name, offset, size } of graph.parameters) {
      const place = all.parameters.find((entry) => entry.name === name)!.offset;
      expectClose(
        { gradient: some!['gradient']!.slice(offset, offset + size) },
        { gradient: every!['gradient']!.slice(place, place + size) },
      );
    }
  });

  test.each([
    [{ frozen: ['first.wait'] }, "frozen names 'first.wait', but the model's parameters are "],
    [{ trainable: ['norm.mean'] }, "trainable names 'norm.mean', but the model's parameters are "],
    [{ frozen: () => true }, 'the model has no initializer to train'],
  ])('%j is refused', (selection, message) => {
    expect(() => buildTrainingGraph(network(), { ...options, ...selection })).toThrow(message);
  });

  test.each([2, 5, 'auto'] as const)(
    'a step that computes activations again is the same: %s',
    (recompute) => {
      const kept = buildTrainingGraph(network(), options);
      const again = buildTrainingGraph(network(), { ...options, recompute });
      const feeds = feedsOf(kept);
      // Read back from the file, a second computation is that of the first.
      expectClose(run(again.step, feeds), run(kept.step, feeds));
      const nodes = ({ step }: typeof kept) => decodeModel(step).graph!.node;
      const named = nodes(again).flatMap(({ name }) => (name === '' ? [] : [name]));
      expect(new Set(named).size).toBe(named.length);
      if (recompute === 5) expect(nodes(again).length).toBeGreaterThan(nodes(kept).length);
    },
  );

  test.each([1, 5])('the memory of a step is known before it is run: %s segments', (recompute) => {
    const { memory, step } = buildTrainingGraph(network(), { ...options, recompute });
    const { inputs, outputs } = importModel(decodeModel(step), { share: false });
    expect(memory.peak).toBe(planMemory(outputs.map(({ value }) => value)).peak);
    // Labels, images, state, random numbers and scalars.
    const length = inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(memory.inputs).toBe(4 * length);
    expect(memory.peak).toBeGreaterThan(4 * 4 * 32);
  });

  test.each([0, -1, 1.5, Number.NaN])('recompute %d is refused', (recompute) => {
    expect(() => buildTrainingGraph(network(), { ...options, recompute })).toThrow(
      `recompute is ${recompute}, expected 'auto' or a positive number of segments`,
    );
  });
});
