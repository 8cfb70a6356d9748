import { describe, expect, jest, test } from '@jest/globals';
import { crossEntropy, lovaszSigmoid, lovaszSoftmax } from '@lovasz/core';
import {
  adam,
  decodeModel,
  encodeModel,
  GraphBuilder,
  modelBytes,
  sgd,
  type Loss,
  type Optimizer,
} from '@lovasz/onnx';
import { numbersOfInitializer, sizeOf } from '@lovasz/onnx/parts';
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint/checkpoint.js';
import { NonFiniteLossError } from './non-finite-loss-error.js';
import { Predictor } from './predictor.js';
import { Trainer, type TrainerOptions } from './trainer.js';

const shape = [2, 3, 8, 8];

/** A network of two convolutions with batch normalization and dropout between them. */
function network(classes = 3): Uint8Array {
  const graph = new GraphBuilder();
  const x = graph.input('image', 'float32', shape);
  const weight = (name: string, size: readonly number[], scale: number, offset = 0) =>
    graph.constantTensor(
      {
        dataType: 'float32',
        shape: size,
        data: Float32Array.from(
          { length: sizeOf(size) },
          (_, i) => offset + scale * Math.sin(1 + 7 * i + name.length),
        ),
      },
      name,
    );
  const convolved = graph.conv(x, weight('first.weight', [4, 3, 3, 3], 0.4), undefined, {
    pads: [1, 1, 1, 1],
  });
  const [normal] = graph.apply('BatchNormalization', [
    convolved,
    weight('norm.weight', [4], 0.1, 1),
    weight('norm.bias', [4], 0.1),
    weight('norm.running_mean', [4], 0),
    weight('norm.running_var', [4], 0, 1),
  ]);
  const dropped = graph.apply('Dropout', [graph.relu(normal!), graph.constant(0.25)])[0]!;
  const logits = graph.conv(
    dropped,
    weight('head.weight', [classes, 4, 1, 1], 0.5),
    weight('head.bias', [classes], 0.1),
  );
  return modelBytes(encodeModel({ name: 'tiny', inputs: [x], outputs: [{ name: 'logits', value: logits }] }));
}

/** A convolution that two heads read, of which the first is trained. */
function twoHeads(): Uint8Array {
  const graph = new GraphBuilder();
  const x = graph.input('image', 'float32', shape);
  const weight = (name: string, size: readonly number[]) => {
    const data = Float32Array.from({ length: sizeOf(size) }, (_, i) => Math.sin(1 + 7 * i));
    return graph.constantTensor({ dataType: 'float32', shape: size, data }, name);
  };
  const body = graph.relu(graph.conv(x, weight('body.weight', [4, 3, 1, 1])));
  const outputs = [
    { name: 'seg', value: graph.conv(body, weight('seg.weight', [3, 4, 1, 1])) },
    { name: 'aux', value: graph.conv(body, weight('aux.weight', [3, 4, 1, 1])) },
  ];
  return modelBytes(encodeModel({ name: 'two', inputs: [x], outputs }));
}

/** Images whose brightest channel is the class. */
function batch(seed: number): { inputs: { image: Float32Array }; labels: Int32Array } {
  const labels = Int32Array.from({ length: 2 * 64 }, (_, i) => (i % 17 === 0 ? 255 : (i * 5 + seed * 3) % 3));
  const image = Float32Array.from({ length: 2 * 3 * 64 }, (_, i) => {
    const pixel = (i % 64) + 64 * Math.floor(i / 192);
    return (labels[pixel] === Math.floor(i / 64) % 3 ? 1 : 0) + 0.3 * Math.sin(i * (seed + 1));
  });
  return { inputs: { image }, labels };
}

const softmaxLoss: Loss = (backend, logits, labels) =>
  lovaszSoftmax(backend, logits, labels, { ignoreIndex: 255 });
const logisticLoss: Loss = (backend, logits, labels) =>
  crossEntropy(backend, logits, labels, { ignoreIndex: 255 });

async function withTrainer<T>(
  options: Partial<TrainerOptions>,
  use: (trainer: Trainer) => Promise<T>,
  model = network(),
): Promise<T> {
  const trainer = await Trainer.create(model, {
    loss: logisticLoss,
    optimizer: sgd(),
    threads: 1,
    ...options,
  });
  try {
    return await use(trainer);
  } finally {
    await trainer.close();
  }
}

const rates = [0.05, 0.04, 0.03, 0.02];

/** The network with another name for the weight of its head, as an exporter gives to what it computed. */
function renamed(): Uint8Array {
  const model = decodeModel(network());
  const { node, initializer } = model.graph!;
  initializer.find(({ name }) => name === 'head.weight')!.name = 'val_7';
  for (const { input } of node) input.forEach((name, i) => name === 'head.weight' && (input[i] = 'val_7'));
  return modelBytes(model);
}

describe('warnings', () => {
  const message = expect.stringMatching(/^1 parameter under a generated name \(val_7\)/);

  test('are told before training, and kept', async () => {
    const told: string[] = [];
    const options = { onWarning: (warning: string) => void told.push(warning) };
    await withTrainer(options, async ({ warnings }) => expect(warnings).toEqual([message]), renamed());
    expect(told).toEqual([message]);
  });

  test('are warnings of the process unless they are taken', async () => {
    const emitWarning = jest.spyOn(process, 'emitWarning').mockReturnValue();
    try {
      await withTrainer({}, async () => undefined, renamed());
      expect(emitWarning.mock.calls).toEqual([[message, 'LovaszWarning']]);
    } finally {
      emitWarning.mockRestore();
    }
  });

  test('name what is trained alone', async () => {
    const frozen = { frozen: ['val_7'] };
    await withTrainer(frozen, async ({ warnings }) => expect(warnings).toEqual([]), renamed());
  });

  test('of a network that was built here: none', async () => {
    await withTrainer({}, async ({ warnings }) => expect(warnings).toEqual([]));
  });
});

describe('Trainer', () => {
  test.each([
    ['sgd on cross-entropy', sgd({ momentum: 0.9, weightDecay: 1e-4 }), logisticLoss],
    ['adam on the Lovász-Softmax loss', adam(), softmaxLoss],
  ] as [string, Optimizer, Loss][])('learns with %s', async (_, optimizer, loss) => {
    await withTrainer({ optimizer, loss }, async (trainer) => {
      const losses: number[] = [];
      for (let step = 0; step < 60; step++) losses.push((await trainer.train(batch(step % 3), 0.05)).loss);
      const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
      expect(mean(losses.slice(-5))).toBeLessThan(0.5 * mean(losses.slice(0, 5)));
      const { inputs, labels } = batch(0);
      const predictions = await trainer.predict(inputs);
      const valid = [...labels.keys()].filter((pixel) => labels[pixel] !== 255);
      const right = valid.filter((pixel) => predictions[pixel] === labels[pixel]);
      expect(right.length / valid.length).toBeGreaterThan(0.9);
    });
  });

  test('one step of gradient descent moves against the gradient by the learning rate', async () => {
    const before = decodeModel(network());
    const options = { optimizer: sgd({ momentum: 0 }), batchNormalization: 'frozen' as const };
    const [small, large] = await Promise.all(
      [0.001, 0.002].map((rate) =>
        withTrainer(options, async (trainer) => {
          await trainer.train(batch(0), rate);
          return (await trainer.checkpoint()).weights.get('first.weight')!.data;
        }),
      ),
    );
    const start = new Float32Array(
      before.graph!.initializer.find(({ name }) => name === 'first.weight')!.rawData.slice().buffer,
    );
    start.forEach((weight, entry) => {
      expect(large![entry]! - weight).toBeCloseTo(2 * (small![entry]! - weight), 6);
    });
    expect(start.some((weight, entry) => Math.abs(small![entry]! - weight) > 1e-6)).toBe(true);
  });

  test('activations that are computed again train the same, dropout included', async () => {
    const [kept, again] = await Promise.all(
      ([1, 4] as const).map((recompute) =>
        withTrainer({ recompute, seed: 3 }, async (trainer) => {
          const losses: number[] = [];
          for (const [step, rate] of rates.entries())
            losses.push((await trainer.train(batch(step), rate)).loss);
          return losses;
        }),
      ),
    );
    kept!.forEach((loss, step) => expect(again![step]).toBeCloseTo(loss, 5));
    await expect(withTrainer({ recompute: 0 }, () => Promise.resolve())).rejects.toThrow('recompute is 0');
  });

  test('a run that is interrupted and resumed ends in the same bits', async () => {
    const run = async (trainer: Trainer, from: number, to: number) => {
      for (let step = from; step < to; step++) await trainer.train(batch(step), rates[step]!);
    };
    const options = { optimizer: adam(), seed: 5 };
    const whole = await withTrainer(options, async (trainer) => {
      await run(trainer, 0, 4);
      return encodeCheckpoint(await trainer.checkpoint({ epoch: 1 }));
    });
    const half = await withTrainer(options, async (trainer) => {
      await run(trainer, 0, 2);
      return encodeCheckpoint(await trainer.checkpoint({ epoch: 0 }));
    });
    const resumed = await withTrainer(options, async (trainer) => {
      await trainer.resume(decodeCheckpoint(half));
      expect(trainer.step).toBe(2);
      await run(trainer, 2, 4);
      return encodeCheckpoint(await trainer.checkpoint({ epoch: 1 }));
    });
    expect(Buffer.from(resumed).equals(Buffer.from(whole))).toBe(true);
    expect(Buffer.from(half).equals(Buffer.from(whole))).toBe(false);
  });

  test('dropout follows the seed', async () => {
    const lossWith = (seed: number) =>
      withTrainer({ seed }, async (trainer) => (await trainer.train(batch(0), 0.1)).loss);
    const first = await lossWith(1);
    expect(await lossWith(1)).toBe(first);
    expect(Math.abs((await lossWith(2)) - first)).toBeGreaterThan(1e-4);
  });

  test('running statistics follow those of the batch, or stay when frozen', async () => {
    const statistics = (batchNormalization: 'train' | 'frozen') =>
      withTrainer({ batchNormalization }, async (trainer) => {
        await trainer.train(batch(0), 0.01);
        return (await trainer.checkpoint()).statistics.get('norm.running_var')!.data;
      });
    expect([...(await statistics('frozen'))]).toEqual([1, 1, 1, 1]);
    expect([...(await statistics('train'))].every((variance) => variance < 1 && variance > 0.9)).toBe(true);
  });

  test('the exported model holds the trained weights under their names and predicts the same', async () => {
    const { inputs } = batch(1);
    const { exported, predictions } = await withTrainer({}, async (trainer) => {
      for (let step = 0; step < 5; step++) await trainer.train(batch(step), 0.1);
      return { exported: await trainer.exportModel(), predictions: await trainer.predict(inputs) };
    });
    const names = (bytes: Uint8Array) => decodeModel(bytes).graph!.initializer.map(({ name }) => name);
    expect(names(exported)).toEqual(names(network()));
    const predictor = await Predictor.create(exported, { threads: 1 });
    const again = await predictor.predict(inputs);
    await predictor.close();
    expect([predictor.classCount, predictor.labelShape]).toEqual([3, [2, 8, 8]]);
    expect([...again]).toEqual([...predictions]);
    const untrained = await withTrainer({}, (trainer) => trainer.predict(inputs));
    expect([...untrained]).not.toEqual([...predictions]);
  });

  test('a NaN stops the step and leaves the weights as they were', async () => {
    await withTrainer({}, async (trainer) => {
      await trainer.train(batch(0), 0.05);
      const before = encodeCheckpoint(await trainer.checkpoint());
      const broken = batch(1);
      broken.inputs.image[7] = NaN;
      await expect(trainer.train(broken, 0.05)).rejects.toThrow(NonFiniteLossError);
      await expect(trainer.train(broken, 0.05)).rejects.toThrow('the loss is NaN at step 2');
      expect(Buffer.from(encodeCheckpoint(await trainer.checkpoint())).equals(Buffer.from(before))).toBe(
        true,
      );
      expect(trainer.step).toBe(1);
    });
  });

  test('wrong inputs, labels and rates are refused by name, and change nothing', async () => {
    await withTrainer({}, async (trainer) => {
      const { inputs, labels } = batch(0);
      await expect(trainer.train({ inputs: { image: inputs.image.slice(1) }, labels }, 0.1)).rejects.toThrow(
        "input 'image' has 383 entries, expected 384 of shape [2, 3, 8, 8]",
      );
      await expect(trainer.train({ inputs: { picture: inputs.image }, labels }, 0.1)).rejects.toThrow(
        "'picture'",
      );
      await expect(trainer.train({ inputs, labels: labels.slice(2) }, 0.1)).rejects.toThrow(
        'labels has 126 entries',
      );
      await expect(trainer.train({ inputs, labels }, -1)).rejects.toThrow('learningRate is -1');
      expect(trainer.step).toBe(0);
    });
  });

  test('a checkpoint of another model, optimizer or seed is refused, and changes nothing', async () => {
    const other = await withTrainer({}, (trainer) => trainer.checkpoint(), network(5));
    await withTrainer({}, async (trainer) => {
      const own = await trainer.checkpoint();
      await expect(trainer.initialize(other)).rejects.toThrow(
        "weights 'head.weight' has shape [5, 4, 1, 1], the model's has [3, 4, 1, 1]",
      );
      await expect(trainer.resume({ ...own, seed: 1 })).rejects.toThrow("the checkpoint's seed is 1");
      await expect(trainer.resume({ ...own, optimizer: { name: 'adam', settings: {} } })).rejects.toThrow(
        'optimizer',
      );
      const weights = new Map(own.weights);
      weights.delete('head.bias');
      await expect(trainer.initialize({ ...own, weights })).rejects.toThrow(
        '1 of the model are missing (head.bias)',
      );
      expect(
        Buffer.from(encodeCheckpoint(await trainer.checkpoint())).equals(Buffer.from(encodeCheckpoint(own))),
      ).toBe(true);
    });
  });

  test('calls that overlap are those of awaiting each, with dropout and Adam', async () => {
    const options = { optimizer: adam(), seed: 3 };
    const state = async (trainer: Trainer) => Buffer.from(encodeCheckpoint(await trainer.checkpoint()));
    const { inputs } = batch(1);
    const one = await withTrainer(options, async (trainer) => {
      const results = [];
      for (const [step, rate] of rates.entries()) results.push(await trainer.train(batch(step), rate));
      return { results, predictions: await trainer.predict(inputs), state: await state(trainer) };
    });
    const overlapping = await withTrainer(options, async (trainer) => {
      const results = Promise.all(rates.map((rate, step) => trainer.train(batch(step), rate)));
      const [predictions, after] = await Promise.all([trainer.predict(inputs), state(trainer)]);
      return { results: await results, predictions, state: after };
    });
    expect(one.results.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(overlapping.results).toEqual(one.results);
    expect(overlapping.predictions).toEqual(one.predictions);
    expect(overlapping.state.equals(one.state)).toBe(true);
  });

  test('every other method waits its turn too', async () => {
    await withTrainer({ optimizer: adam() }, async (trainer) => {
      const start = await trainer.checkpoint();
      const [first, , again, , exported, end] = await Promise.all([
        trainer.train(batch(0), 0.1),
        trainer.resume(start),
        trainer.train(batch(0), 0.1),
        trainer.initialize(start),
        trainer.exportModel(),
        trainer.checkpoint(),
      ]);
      expect(again).toEqual(first);
      expect(end.step).toBe(0);
      expect(end.weights).toEqual(start.weights);
      const untrained = await withTrainer({}, (other) => other.exportModel());
      expect(Buffer.from(exported).equals(Buffer.from(untrained))).toBe(true);
    });
  });

  test('a call that fails takes no step from those after it', async () => {
    const steps = await withTrainer({}, async (trainer) => {
      const broken = batch(1);
      broken.inputs.image[7] = NaN;
      const results = await Promise.allSettled([
        trainer.train(batch(0), 0.1),
        trainer.train(broken, 0.1),
        trainer.train({ ...batch(1), labels: [] }, 0.1),
        trainer.train(batch(2), 0.1),
      ]);
      return results.map((result) =>
        result.status === 'fulfilled' ? result.value.step : result.reason.name,
      );
    });
    expect(steps).toEqual([1, 'NonFiniteLossError', 'RangeError', 2]);
  });

  test('arrays may be used again as soon as a call is made', async () => {
    const reference = await withTrainer({}, async (trainer) => [
      await trainer.train(batch(0), 0.1),
      await trainer.train(batch(1), 0.1),
    ]);
    await withTrainer({}, async (trainer) => {
      const { inputs, labels } = batch(0);
      const first = trainer.train({ inputs, labels }, 0.1);
      inputs.image.set(batch(1).inputs.image);
      labels.set(batch(1).labels);
      const second = trainer.train({ inputs, labels }, 0.1);
      inputs.image.fill(NaN);
      labels.fill(7);
      expect(await Promise.all([first, second])).toEqual(reference);
    });
  });

  test('close completes what was called before it, and what comes after is refused', async () => {
    const trainer = await Trainer.create(network(), { loss: logisticLoss, optimizer: sgd(), threads: 1 });
    const calls = [trainer.train(batch(0), 0.1), trainer.train(batch(1), 0.1)];
    const closed = trainer.close();
    await expect(trainer.train(batch(2), 0.1)).rejects.toThrow(
      'the trainer is closed: train() was called after close()',
    );
    await expect(trainer.checkpoint()).rejects.toThrow('checkpoint() was called after close()');
    expect((await Promise.all(calls)).map(({ step }) => step)).toEqual([1, 2]);
    await Promise.all([closed, trainer.close(), trainer[Symbol.asyncDispose]()]);

    const predictor = await Predictor.create(network(), { threads: 1 });
    const predictions = predictor.predict(batch(0).inputs);
    await predictor[Symbol.asyncDispose]();
    expect(await predictions).toHaveLength(128);
    await expect(predictor.predict(batch(0).inputs)).rejects.toThrow('the predictor is closed');
  });

  test('labels that are neither a class nor ignored are refused, and change nothing', async () => {
    await withTrainer({ optimizer: adam() }, async (trainer) => {
      const state = async () => Buffer.from(encodeCheckpoint(await trainer.checkpoint()));
      const before = await state();
      const { inputs, labels } = batch(0);
      const wrong = labels.with(3, 3).with(4, 3).with(5, -1);
      await expect(trainer.train({ inputs, labels: wrong }, 0.1)).rejects.toThrow(
        'labels hold 3 (pixels: 2), -1 (pixels: 1); accepted: 0…2 or ignoreIndex 255',
      );
      const holes = Array.from(labels) as (number | undefined)[];
      holes[9] = undefined;
      await expect(trainer.train({ inputs, labels: holes as number[] }, 0.1)).rejects.toThrow(
        'labels hold undefined (pixels: 1) from index 9 on',
      );
      expect((await state()).equals(before)).toBe(true);
      const { loss } = await trainer.train({ inputs, labels: BigInt64Array.from(labels, BigInt) }, 0.1);
      await trainer.resume(decodeCheckpoint(before));
      expect(await trainer.train({ inputs, labels: Uint8Array.from(labels) }, 0.1)).toEqual({
        loss,
        step: 1,
      });
    });
  });

  test('which labels are ignored is known from the loss, or told', async () => {
    const { inputs, labels } = batch(0);
    const trainOnce = (options: Partial<TrainerOptions>) =>
      withTrainer(options, async (trainer) => (await trainer.train({ inputs, labels }, 0.1)).loss);
    const all: Loss = (backend, logits, given) => crossEntropy(backend, logits, given);
    await expect(trainOnce({ loss: all })).rejects.toThrow(
      /^labels hold 255 \(pixels: 8\); accepted: 0…2; no ignoreIndex is set$/,
    );
    // A loss that takes whatever is above its classes as void, by a comparison that tells no label.
    const masked: Loss = (backend, logits, given) =>
      crossEntropy(backend, logits, given, { mask: backend.greater(backend.constant(2.5), given) });
    await expect(trainOnce({ loss: masked })).rejects.toThrow('labels hold 255');
    expect(await trainOnce({ loss: masked, ignoreIndex: 255 })).toBeCloseTo(await trainOnce({}), 5);
    await expect(trainOnce({ ignoreIndex: 0.5 })).rejects.toThrow('ignoreIndex is 0.5');
  });

  test('labels of each score on its own are 0 and 1', async () => {
    const loss: Loss = (backend, logits, given) =>
      lovaszSigmoid(backend, logits, given, { multilabel: true, ignoreIndex: -1 });
    await withTrainer({ loss, labelShape: shape }, async (trainer) => {
      const { inputs } = batch(0);
      const labels = new Int8Array(384).map((_, i) => (i % 3) - 1);
      await expect(trainer.train({ inputs, labels }, 0.1)).resolves.toMatchObject({ step: 1 });
      labels[5] = 2;
      await expect(trainer.train({ inputs, labels }, 0.1)).rejects.toThrow(
        'labels hold 2 (pixels: 1); accepted: 0…1 or ignoreIndex -1',
      );
    });
  });
});

test('weights that no gradient reaches stay bit for bit, and are listed', async () => {
  const before = decodeModel(twoHeads());
  for (const optimizer of [adam({ weightDecay: 0.1 }), sgd({ momentum: 0.9, weightDecay: 0.1 })]) {
    await withTrainer(
      { optimizer },
      async (trainer) => {
        expect(trainer.untrained).toEqual([
          { name: 'aux.weight', reason: "only output 'aux' depends on it, and the loss is of 'seg'" },
        ]);
        expect(trainer.parameterCount).toBe(24);
        for (let step = 0; step < 3; step++) await trainer.train(batch(step), 0.1);
        const after = await trainer.trainedModel();
        const same = (name: string): boolean => {
          const [old, trained] = [before, after].map((model) =>
            numbersOfInitializer(model.graph!.initializer.find((tensor) => tensor.name === name)!),
          );
          return old!.every((entry, place) => entry === trained![place]);
        };
        expect(['body.weight', 'seg.weight', 'aux.weight'].map(same)).toEqual([false, false, true]);
      },
      twoHeads(),
    );
  }
});
