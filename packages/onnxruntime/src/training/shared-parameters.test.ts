import { readFile } from 'node:fs/promises';
import { crossEntropy } from '@lovasz/core';
import { adam, initialVectors, modelBytes, networkLayout, sgd, type ModelProto } from '@lovasz/onnx';
import { sizeOf } from '@lovasz/onnx/parts';
import { expect, test } from '@jest/globals';
import { readModel } from '../files/read-model.js';
import { Trainer, type TrainerOptions } from './trainer.js';

const folder = new URL('../../fixtures/', import.meta.url);
const fixture = (name: string): Promise<ModelProto> => readModel(new URL(`${name}.onnx`, folder).pathname);

interface Run {
  readonly losses: readonly number[];
  readonly trained: ModelProto;
}

/** Steps of plain gradient descent, and what is written then. */
async function run(
  model: ModelProto,
  batch: { readonly inputs: Record<string, Float32Array>; readonly labels: Int32Array },
  steps: number,
  options: Partial<TrainerOptions> = {},
  learningRate = 0.5,
): Promise<Run> {
  const trainer = await Trainer.create(model, {
    loss: (backend, logits, labels) => crossEntropy(backend, logits, labels),
    optimizer: sgd({ momentum: 0 }),
    onWarning: () => undefined,
    ...options,
  });
  try {
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) losses.push((await trainer.train(batch, learningRate)).loss);
    return { losses, trained: await trainer.trainedModel() };
  } finally {
    await trainer.close();
  }
}

/** A batch of waves with labels that come round. */
function waves(input: string, shape: readonly number[], classes: number, labels: number) {
  const size = sizeOf(shape);
  return {
    inputs: { [input]: Float32Array.from({ length: size }, (_, place) => Math.sin(place * 1.3)) },
    labels: Int32Array.from({ length: labels }, (_, place) => (place >> 3) % classes),
  };
}

const numbers = (model: ModelProto, name: string): readonly number[] => [
  ...initialVectors(model, {
    parameters: networkLayout(model)
      .parameters.filter((entry) => entry.name === name)
      .map((entry) => ({ ...entry, offset: 0 })),
    statistics: [],
  })['parameters']!,
];

test.each([
  ['dynamo', ['val_27', 'val_29']],
  ['torchscript', ['onnx::Mul_58', 'onnx::Add_59']],
])('norms that the %s exporter merged train as PyTorch trains them, and tied as one', async (name, tie) => {
  const model = await fixture(`merged-${name}`);
  const { x, y } = JSON.parse(await readFile(new URL('merged-batch.json', folder), 'utf8')) as {
    x: number[];
    y: number[];
  };
  const batch = { inputs: { image: Float32Array.from(x) }, labels: Int32Array.from(y) };
  // PyTorch 2.15, the network as written and with its norms one; the losses before the 20th step.
  expect((await run(model, batch, 20)).losses.at(-1)).toBeCloseTo(1.22812, 4);
  const tied = await run(model, batch, 20, { tie });
  expect(tied.losses.at(-1)).toBeCloseTo(1.155249, 4);
  expect(tied.trained.graph!.initializer).toHaveLength(model.graph!.initializer.length);
});

test('a scale that was merged with a running variance trains as if it had not been', async () => {
  const batch = waves('x', [4, 3, 64, 64], 5, 4 * 64 * 64);
  const merged = await run(await fixture('batch-norm-merged'), batch, 10, {}, 0.1);
  const plain = await run(await fixture('training-mode'), batch, 10, {}, 0.1);
  merged.losses.forEach((loss, step) => expect(loss).toBeCloseTo(plain.losses[step]!, 5));
  const names = merged.trained.graph!.initializer.map(({ name }) => name).sort();
  expect(names).toEqual(plain.trained.graph!.initializer.map(({ name }) => name).sort());
});

test('weights in Constant nodes train like initializers, and are written as such', async () => {
  const model = await fixture('constant-weights');
  const batch = waves('x', [2, 3, 16, 16], 4, 2 * 256);
  const first = await run(model, batch, 4, { inputShapes: { x: [2, 3, 16, 16] } });
  expect(first.trained.graph!.initializer.map(({ name }) => name)).toEqual(['w1', 'b1', 'w2']);
  expect(first.trained.graph!.node.map(({ opType }) => opType)).toEqual(['Conv', 'Relu', 'Conv']);
  expect(first.losses[3]).toBeLessThan(first.losses[0]!);
  // What was written, which has initializers, goes on as the constants would have.
  const whole = await run(model, batch, 8, { inputShapes: { x: [2, 3, 16, 16] } });
  const rest = await run(first.trained, batch, 4, { inputShapes: { x: [2, 3, 16, 16] } });
  rest.losses.forEach((loss, step) => expect(loss).toBeCloseTo(whole.losses[4 + step]!, 5));
});

test('float16 weights behind a Cast train in float32 and are written as float16', async () => {
  const model = await fixture('half-weights');
  const { losses, trained } = await run(model, waves('x', [2, 3, 16, 16], 4, 512), 5, {}, 0.1);
  expect(losses[4]).toBeLessThan(losses[0]!);
  const weight = trained.graph!.initializer.find(({ name }) => name === 'w')!;
  expect(weight.dataType).toBe(10);
  const written = numbers(trained, 'w');
  expect(written).not.toEqual(numbers(model, 'w'));
  // Steps of float16 in [0.5, 1) are 2^-11; float32 would have finer ones.
  expect(
    written.filter((value) => Math.abs(value) >= 0.5).every((value) => Number.isInteger(value * 2048)),
  ).toBe(true);
});

test.each([
  ['dynamo', 'val_1', 'val_0'],
  ['torchscript', 'onnx::MatMul_15', 'e.weight'],
])(
  'a weight and its transpose, split by the %s exporter, stay equal on request',
  async (name, tensor, like) => {
    const model = await fixture(`untied-${name}`);
    const batch = waves('image', [2, 3, 8, 8], 4, 128);
    const apart = await run(model, batch, 3, {}, 0.1);
    const transposed = (values: readonly number[], columns: number): number[] =>
      values.map(
        (_, place) =>
          values[
            (place % (values.length / columns)) * columns + Math.floor((place * columns) / values.length)
          ]!,
      );
    const columns = Number(model.graph!.initializer.find((each) => each.name === like)!.dims[1]);
    expect(numbers(apart.trained, tensor)).not.toEqual(transposed(numbers(apart.trained, like), columns));
    for (const tie of [[`${tensor}=${like}`], [`${like}=${tensor}`], ['equal']]) {
      const { trained } = await run(model, batch, 3, { tie }, 0.1);
      const node = trained.graph!.node.find(({ output }) => output[0] === tensor)!;
      expect([node.opType, ...node.input]).toEqual(['Transpose', like]);
      expect(trained.graph!.initializer.some((each) => each.name === tensor)).toBe(false);
      expect(modelBytes(trained).length).toBeLessThan(modelBytes(model).length);
    }
  },
);

test('a mask of the lowest number stays out of the state, which stays finite', async () => {
  const model = await fixture('infinite-mask');
  const labels = Int32Array.from({ length: 2 * 256 }, (_, place) => place % 4);
  const trainer = await Trainer.create(model, {
    loss: (backend, logits, own) => crossEntropy(backend, logits, own),
    optimizer: adam({}),
    onWarning: () => undefined,
  });
  try {
    expect(trainer.untrained).toEqual([{ name: 'unsqueeze', reason: expect.stringContaining('masks') }]);
    const { inputs } = waves('x', [2, 3, 16, 16], 4, 1);
    for (let step = 0; step < 2; step++) {
      await trainer.train(
        {
          inputs,
          labels: labels.slice(0, sizeOf(trainer.labelShape)),
        },
        0.01,
      );
    }
    const { moments } = await trainer.checkpoint();
    for (const tensors of moments.values())
      for (const { data } of tensors.values()) expect(data.every(Number.isFinite)).toBe(true);
    await expect(trainer.exportModel()).resolves.toBeInstanceOf(Uint8Array);
  } finally {
    await trainer.close();
  }
});

test('what ties and unties names that are not there is refused with those that are', async () => {
  const model = await fixture('untied-dynamo');
  expect(() => networkLayout(model, { tie: ['c.weight=val_0'] })).toThrow(
    "tie names 'c.weight=val_0', but the tensors of equal entries are 'val_1=val_0'",
  );
  expect(() => networkLayout(model, { untie: ['c.weight'] })).toThrow(
    "untie names 'c.weight', but the initializers of several uses are ",
  );
});
