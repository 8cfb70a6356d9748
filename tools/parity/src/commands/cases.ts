import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crossEntropy, lovaszHinge, lovaszSoftmax, softJaccard } from '@lovasz/core';
import {
  adam,
  buildEvaluationGraph,
  initialVectors,
  inspectModel,
  modelBytes,
  sgd,
  type Loss,
  type ModelProto,
} from '@lovasz/onnx';
import { buildGradientGraph, sizeOf } from '@lovasz/onnx/parts';
import { readModel, Trainer, type Labels, type TrainerOptions } from '@lovasz/onnxruntime';
import { largestDifference } from '../largest-difference.js';
import type { Outcome } from '../report.js';
import { runOnce } from '../run-once.js';
import { compareTrained } from './trained-models.js';

/** A small input that went wrong once, and what is right: `check` returns how far it is off, or throws what is wrong. */
interface Case {
  readonly name: string;
  readonly tolerance: number;
  readonly check: (folder: string) => Promise<number>;
}

/**
 * Does with every file of the folder what its README names, and compares with the values there.
 *
 * @param folder networks of a few parameters, each the smallest that shows one kind of fault.
 */
export async function* checkCases(folder: string): AsyncGenerator<Outcome> {
  for (const { name, tolerance, check } of cases) {
    try {
      yield { name, tolerance, largestError: await check(folder) };
    } catch (error) {
      yield { name, tolerance, reason: (error as Error).message };
    }
  }
}

const overClasses: Loss = (backend, logits, labels) => crossEntropy(backend, logits, labels);

/** Entries that differ from place to place, in [−1, 1]; those of `zero-gradient`. */
const ramp = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, place) => ((place * 37) % 101) / 50 - 1);

/** Labels of all classes in turn. */
const labelsOf = ({ labelShape, classCount }: Trainer): Int32Array =>
  Int32Array.from({ length: sizeOf(labelShape) }, (_, place) => ((place * 7) >> 1) % classCount);

/** The shapes of inputs; an open one is a batch of two. */
const shapesOf = (model: ModelProto): Record<string, readonly number[]> =>
  Object.fromEntries(
    inspectModel(model).inputs.map(({ name, shape }) => [
      name,
      shape!.map((length) => (typeof length === 'number' ? length : 2)),
    ]),
  );

interface Training {
  readonly losses: readonly number[];
  readonly trainer: Trainer;
  readonly warnings: readonly string[];
  readonly trained: ModelProto;
}

/** Trains for some steps on one batch. */
async function train(
  model: ModelProto,
  steps: number,
  options: Partial<TrainerOptions> = {},
  rate = 0.05,
  batch?: { readonly inputs: Readonly<Record<string, Float32Array>>; readonly labels: Labels },
): Promise<Training> {
  const warnings: string[] = [];
  const inputShapes = shapesOf(model);
  const trainer = await Trainer.create(model, {
    loss: overClasses,
    optimizer: sgd({ momentum: 0 }),
    inputShapes,
    threads: 1,
    onWarning: (warning) => warnings.push(warning),
    ...options,
  });
  try {
    const fed = batch ?? {
      inputs: Object.fromEntries(
        Object.entries(inputShapes).map(([name, shape]) => [name, ramp(sizeOf(shape))]),
      ),
      labels: labelsOf(trainer),
    };
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) losses.push((await trainer.train(fed, rate)).loss);
    if (!losses.every(Number.isFinite)) throw new Error(`losses are ${losses.join(', ')}`);
    return { losses, trainer, warnings, trained: await trainer.trainedModel() };
  } finally {
    await trainer.close();
  }
}

function expect(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

const falls = ({ losses }: Training): void =>
  expect(losses.at(-1)! < losses[0]!, `the loss goes from ${losses[0]} to ${losses.at(-1)}`);

const bytesOf = (model: ModelProto, name: string): string => {
  const tensor = model.graph!.initializer.find((each) => each.name === name);
  if (tensor === undefined) throw new Error(`no initializer '${name}'`);
  return Buffer.from(
    tensor.rawData.length > 0 ? tensor.rawData : new Uint8Array(Float32Array.from(tensor.floatData).buffer),
  ).toString('hex');
};

/** These initializers are written as they were read, bit for bit, and all but the expected are named as not trained. */
function stays(model: ModelProto, { trained, trainer }: Training, names: readonly string[]): void {
  for (const name of names) {
    expect(bytesOf(model, name) === bytesOf(trained, name), `'${name}' has changed`);
    expect(
      trainer.untrained.some((each) => each.name === name),
      `'${name}' is not listed`,
    );
  }
}

/** The values of `evaluate.onnx` and of the file itself on ONNX Runtime. */
async function differenceFromRuntime(
  file: string,
  change: (model: ModelProto) => ModelProto = (same) => same,
): Promise<number> {
  const model = await readModel(file);
  const inputShapes = shapesOf(model);
  const inputs = Object.entries(inputShapes).map(([name, shape]) => ({
    name,
    dataType: 'float32',
    shape,
    data: ramp(sizeOf(shape)),
  }));
  const { bytes, layout } = buildEvaluationGraph(model, { inputShapes });
  const state = Object.entries(initialVectors(model, layout)).map(([name, data]) => ({
    name,
    dataType: 'float32',
    shape: [data.length],
    data,
  }));
  const found = (await runOnce(bytes, [...inputs, ...state])).get('logits')!;
  const expected = (await runOnce(modelBytes(change(model)), inputs)).get(model.graph!.output[0]!.name)!;
  return largestDifference(found, expected);
}

/** The model with its float64 initializers as float32: ONNX Runtime samples by no other grid. */
function withSingleGrid(model: ModelProto): ModelProto {
  for (const tensor of model.graph!.initializer) {
    if (tensor.dataType !== 11) continue;
    const data =
      tensor.rawData.length > 0
        ? new Float64Array(tensor.rawData.slice().buffer)
        : Float64Array.from(tensor.doubleData);
    [tensor.dataType, tensor.doubleData] = [1, []];
    tensor.rawData = new Uint8Array(Float32Array.from(data).buffer);
  }
  return model;
}

/** The gradients of cross-entropy, and the loss. */
async function gradientsOf(
  model: ModelProto,
  input: Float32Array,
  labels: readonly number[],
): Promise<ReadonlyMap<string, Float64Array>> {
  const inputShapes = shapesOf(model);
  const graph = buildGradientGraph(model, { loss: overClasses, inputShapes });
  const state = Object.entries(initialVectors(model, graph.layout)).map(([name, data]) => ({
    name,
    dataType: 'float32',
    shape: [data.length],
    data,
  }));
  const [name, shape] = Object.entries(inputShapes)[0]!;
  return runOnce(graph.bytes, [
    { name, dataType: 'float32', shape, data: input },
    { name: 'labels', dataType: 'int32', shape: graph.labelShape, data: labels },
    ...state,
  ]);
}

async function zeroGradient(folder: string): Promise<number> {
  const place = join(folder, 'zero-gradient');
  const expected = JSON.parse(await readFile(join(place, 'expected.json'), 'utf8')) as {
    readonly labels: readonly number[];
    readonly value: number;
    readonly gradients: Readonly<Record<string, readonly number[]>>;
  };
  const model = await readModel(join(place, 'linear_to_one.onnx'));
  const found = await gradientsOf(model, ramp(sizeOf(Object.values(shapesOf(model))[0]!)), expected.labels);
  const errors = Object.entries(expected.gradients).map(([name, entries]) =>
    largestDifference(found.get(`gradient/${name}`) ?? [], entries),
  );
  return Math.max(Math.abs(found.get('loss')![0]! - expected.value), ...errors);
}

async function mergedNorms(folder: string, exporter: string, tied: boolean): Promise<number> {
  const place = join(folder, 'merged-parameters');
  const model = await readModel(join(place, `${exporter}.onnx`));
  const { x, y } = JSON.parse(await readFile(join(place, 'batch.json'), 'utf8')) as {
    readonly x: readonly number[];
    readonly y: readonly number[];
  };
  const batch = { inputs: { image: Float32Array.from(x) }, labels: y };
  const warned = (await train(model, 1, {}, 0.5, batch)).warnings.find((each) => each.includes('--tie'))!;
  const tie = /--tie\) of (.*)$/.exec(warned)![1]!.split(', ');
  const { losses } = await train(model, 20, tied ? { tie } : {}, 0.5, batch);
  return Math.abs(losses.at(-1)! - (tied ? 1.155249 : 1.22812));
}

/** The model with its Constant nodes as initializers. */
function withInitializers(model: ModelProto): ModelProto {
  const graph = model.graph!;
  const constants = graph.node.filter(({ opType }) => opType === 'Constant');
  for (const { output, attribute } of constants) {
    const tensor = attribute[0]!.t!;
    tensor.name = output[0]!;
    graph.initializer.push(tensor);
  }
  graph.node = graph.node.filter((node) => !constants.includes(node));
  return model;
}

/** The model whose values reach their readers around Q/DQ pairs. */
function withoutQuantization(model: ModelProto): ModelProto {
  const graph = model.graph!;
  const quantizing = new Set(['QuantizeLinear', 'DequantizeLinear']);
  const source = new Map<string, string>();
  for (const { opType, input, output } of graph.node) {
    if (quantizing.has(opType)) source.set(output[0]!, source.get(input[0]!) ?? input[0]!);
  }
  graph.node = graph.node.filter(({ opType }) => !quantizing.has(opType));
  for (const node of graph.node) node.input = node.input.map((name) => source.get(name) ?? name);
  const read = new Set(graph.node.flatMap(({ input }) => input));
  graph.initializer = graph.initializer.filter(({ name }) => read.has(name));
  return model;
}

async function quantizedActivation(folder: string): Promise<number> {
  const file = join(folder, 'quantized', 'activation.onnx');
  const model = await readModel(file);
  const input = ramp(sizeOf(Object.values(shapesOf(model))[0]!));
  const labels = Array.from({ length: 128 }, (_, place) => place % 5);
  const [found, plain] = [
    await gradientsOf(model, input, labels),
    await gradientsOf(withoutQuantization(await readModel(file)), input, labels),
  ];
  const names = [...plain.keys()].filter((name) => name.startsWith('gradient/'));
  const errors = names.map((name) => {
    const size = plain.get(name)!.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    expect(
      found.get(name)!.some((each) => each !== 0),
      `${name} is 0`,
    );
    return largestDifference(found.get(name)!, plain.get(name)!) / size;
  });
  const training = await train(model, 3);
  for (const { name, dims } of model.graph!.initializer) {
    if (dims.length === 0)
      expect(bytesOf(model, name) === bytesOf(training.trained, name), `'${name}' moves`);
  }
  falls(training);
  return Math.max(...errors);
}

async function oneChannel(folder: string): Promise<number> {
  const file = join(folder, 'one-channel', 'net.onnx');
  const model = await readModel(file);
  for (const loss of [
    overClasses,
    (backend, logits, labels) => lovaszSoftmax(backend, logits, labels),
    (backend, logits, labels) => softJaccard(backend, logits, labels),
  ] satisfies Loss[]) {
    const refusal = await train(model, 1, { loss }).then(
      () => 'taken',
      (error: unknown) => (error as Error).message,
    );
    expect(refusal.includes('lovasz-hinge'), `a loss over classes: ${refusal}`);
  }
  const inputs = { x: ramp(2 * 3 * 32 * 32) };
  // Foreground is where the first channel is positive.
  const labels = Int32Array.from({ length: 2048 }, (_, place) =>
    inputs.x[(place >> 10) * 3072 + (place % 1024)]! > 0 ? 1 : 0,
  );
  const trainer = await Trainer.create(model, {
    loss: (backend, logits, ids) => lovaszHinge(backend, logits, ids),
    optimizer: adam(),
    threads: 1,
  });
  try {
    for (let step = 0; step < 60; step++) await trainer.train({ inputs, labels }, 0.02);
    const predicted = await trainer.predict(inputs);
    const logits = (
      await runOnce(modelBytes(await trainer.trainedModel()), [
        { name: 'x', dataType: 'float32', shape: [2, 3, 32, 32], data: inputs.x },
      ])
    ).get('logits')!;
    expect(
      logits.every((logit, place) => predicted[place] === (logit > 0 ? 1 : 0)),
      'predictions are not logit > 0',
    );
    const wrong = predicted.filter((each, place) => each !== labels[place]).length;
    return wrong / labels.length;
  } finally {
    await trainer.close();
  }
}

async function calls(folder: string, overlapping: boolean): Promise<readonly number[]> {
  const model = await readModel(join(folder, 'second-head-decays', 'net.onnx'));
  const trainer = await Trainer.create(model, { loss: overClasses, optimizer: adam(), threads: 1 });
  try {
    const batch = { inputs: { x: ramp(2 * 3 * 16 * 16) }, labels: labelsOf(trainer) };
    const found: { readonly loss: number; readonly step: number }[] = [];
    if (overlapping) found.push(...(await Promise.all([1, 2, 3, 4].map(() => trainer.train(batch, 0.01)))));
    else for (let step = 0; step < 4; step++) found.push(await trainer.train(batch, 0.01));
    const weights = (await trainer.checkpoint()).weights;
    return [
      ...found.flatMap(({ loss, step }) => [loss, step]),
      ...[...weights.values()].flatMap(({ data }) => [...data]),
    ];
  } finally {
    await trainer.close();
  }
}

/** Wrong labels are refused by value and leave the weights; those of other types are taken. */
async function labels(folder: string): Promise<number> {
  const model = await readModel(join(folder, 'second-head-decays', 'net.onnx'));
  const trainer = await Trainer.create(model, { loss: overClasses, optimizer: adam(), threads: 1 });
  const weights = async (): Promise<string> =>
    JSON.stringify([...(await trainer.checkpoint()).weights].map(([, { data }]) => [...data]));
  try {
    const inputs = { x: ramp(2 * 3 * 16 * 16) };
    const right = labelsOf(trainer);
    const before = await weights();
    const holed: number[] = Array.from(right);
    delete holed[3];
    const wrong: readonly [string, Labels][] = [
      ...[-1, trainer.classCount, 255].map((value): [string, Labels] => [
        `${value}`,
        right.map((each, place) => (place === 5 ? value : each)),
      ]),
      ['undefined', Array.from(right, (each, place) => (place === 5 ? undefined! : each))],
      ['undefined', holed],
      ['0.5', Array.from(right, (each, place) => (place === 5 ? 0.5 : each))],
    ];
    for (const [value, ids] of wrong) {
      const refusal = await trainer.train({ inputs, labels: ids }, 0.01).then(
        () => new Error('taken'),
        (error: unknown) => error as Error,
      );
      expect(
        refusal instanceof RangeError && refusal.message.includes(value),
        `label ${value}: ${refusal.message}`,
      );
    }
    expect((await weights()) === before && trainer.step === 0, 'wrong labels move the weights');
    const losses: number[] = [];
    for (const ids of [
      right,
      BigInt64Array.from(right, BigInt),
      Uint8Array.from(right),
      Int16Array.from(right),
      Array.from(right),
    ])
      losses.push((await trainer.train({ inputs, labels: ids }, 0)).loss);
    return Math.max(...losses) - Math.min(...losses);
  } finally {
    await trainer.close();
  }
}

const cases: readonly Case[] = [
  {
    name: 'zero-gradient: loss and every gradient, against float64',
    tolerance: 1e-6,
    check: zeroGradient,
  },
  {
    name: 'training-mode-kept: the trained model against evaluate.onnx',
    tolerance: 1e-5,
    check: async (folder) => {
      const errors: number[] = [];
      for await (const outcome of compareTrained([join(folder, 'training-mode-kept', 'net.onnx')])) {
        if (!('largestError' in outcome)) throw new Error(outcome.reason);
        errors.push(outcome.largestError);
      }
      return Math.max(...errors);
    },
  },
  {
    name: 'second-head-decays: what leads to the other output stays and is named, under Adam with weight decay',
    tolerance: 0,
    check: async (folder) => {
      const model = await readModel(join(folder, 'second-head-decays', 'net.onnx'));
      const training = await train(model, 4, { optimizer: adam({ weightDecay: 0.1 }) });
      stays(model, training, ['aux.weight', 'aux.bias']);
      falls(training);
      return 0;
    },
  },
  {
    name: 'quantized/activation: gradients against those without Q/DQ, of the largest; scales stay',
    tolerance: 0.05,
    check: quantizedActivation,
  },
  {
    name: 'quantized/weight: wq and ws stay and are named',
    tolerance: 0,
    check: async (folder) => {
      const model = await readModel(join(folder, 'quantized', 'weight.onnx'));
      const training = await train(model, 3);
      stays(model, training, ['wq', 'ws']);
      falls(training);
      return 0;
    },
  },
  {
    name: 'one-channel: losses over classes refused; Lovász hinge learns; predictions are logit > 0; share wrong',
    tolerance: 0.01,
    check: oneChannel,
  },
  {
    name: 'constant-weights: losses of the same network with initializers',
    tolerance: 0,
    check: async (folder) => {
      const file = join(folder, 'constant-weights', 'net.onnx');
      const found = await train(await readModel(file), 4);
      falls(found);
      return largestDifference(
        found.losses,
        (await train(withInitializers(await readModel(file)), 4)).losses,
      );
    },
  },
  ...['torchscript', 'dynamo'].flatMap((exporter) =>
    [false, true].map((tied) => ({
      name: `merged-parameters/${exporter}: the 20th loss, norms ${tied ? 'tied' : 'as written'}`,
      tolerance: 2e-6,
      check: (folder: string) => mergedNorms(folder, exporter, tied),
    })),
  ),
  {
    name: 'merged-batch-norm: losses of eval.onnx and train.onnx, ten steps',
    tolerance: 1e-5,
    check: async (folder) => {
      const losses = async (name: string): Promise<readonly number[]> =>
        (await train(await readModel(join(folder, 'merged-batch-norm', `${name}.onnx`)), 10)).losses;
      return largestDifference(await losses('eval'), await losses('train'));
    },
  },
  ...['torchscript', 'dynamo'].map((exporter) => ({
    name: `untied-weight/${exporter}: named as equal, and one parameter on request`,
    tolerance: 0,
    check: async (folder: string) => {
      const model = await readModel(join(folder, 'untied-weight', `${exporter}.onnx`));
      const apart = await train(model, 3);
      expect(
        apart.warnings.some((each) => each.includes('--tie equal')),
        'is not named',
      );
      const together = await train(model, 3, { tie: ['equal'] });
      falls(together);
      return apart.trainer.parameterCount - together.trainer.parameterCount - 32;
    },
  })),
  ...['trained-mask', 'infinite-moment'].map((name) => ({
    name: `${name}: the mask stays and is named; the model is written`,
    tolerance: 0,
    check: async (folder: string) => {
      const model = await readModel(join(folder, name, 'net.onnx'));
      const training = await train(model, 3, { optimizer: adam({ weightDecay: 0.1 }) });
      stays(model, training, ['unsqueeze']);
      falls(training);
      return 0;
    },
  })),
  {
    name: 'momentum-one: the Trainer warns and names the node',
    tolerance: 0,
    check: async (folder) => {
      const { warnings } = await train(await readModel(join(folder, 'momentum-one', 'net.onnx')), 1);
      expect(
        warnings.some((each) => each.includes('momentum 1 (bn)')),
        'does not warn',
      );
      return 0;
    },
  },
  {
    name: 'class-axis-last: four classes on the last axis, and training',
    tolerance: 0,
    check: async (folder) => {
      const training = await train(await readModel(join(folder, 'class-axis-last', 'keras_unet.onnx')), 3);
      expect(training.trainer.output.classAxis === 3, 'the axis is not the last');
      falls(training);
      return training.trainer.classCount - 4;
    },
  },
  {
    name: 'fp16: trains, and writes float16 back',
    tolerance: 0,
    check: async (folder) => {
      const model = await readModel(join(folder, 'fp16', 'net.onnx'));
      const training = await train(model, 3);
      falls(training);
      const type = (each: ModelProto): readonly number[] =>
        each.graph!.initializer.map(({ dataType }) => dataType);
      return largestDifference(type(training.trained), type(model));
    },
  },
  {
    name: 'negative-dim: read as open',
    tolerance: 0,
    check: async (folder) => {
      const model = await readModel(join(folder, 'negative-dim', 'net.onnx'));
      expect(
        inspectModel(model).inputs[0]!.shape![0] !== -1,
        'inspectModel gives a dimension of −1 for a length',
      );
      falls(await train(model, 3, { inputShapes: { x: [2, 3, 16, 16] } }));
      return 0;
    },
  },
  {
    name: 'grid-of-another-type: values of ONNX Runtime with the grid as float32',
    tolerance: 1e-5,
    check: (folder) =>
      differenceFromRuntime(join(folder, 'grid-of-another-type', 'net.onnx'), withSingleGrid),
  },
  ...[
    ['fused-matmul', 'extended'],
    ['pad-wrap-negative', 'net'],
  ].map(([name, file]) => ({
    name: `${name}: values of ONNX Runtime`,
    tolerance: 1e-5,
    check: (folder: string) => differenceFromRuntime(join(folder, name!, `${file}.onnx`)),
  })),
  {
    name: 'overlapping calls of train: steps, losses and weights of awaiting each',
    tolerance: 0,
    check: async (folder) => largestDifference(await calls(folder, true), await calls(folder, false)),
  },
  {
    name: 'labels: wrong ones refused with value, weights unchanged; of every integer type taken alike',
    tolerance: 0,
    check: labels,
  },
];
