import { crossEntropy, lovaszSoftmax } from '@lovasz/core';
import { enet, unet } from '@lovasz/models';
import {
  buildTrainingGraph,
  flatLength,
  sgd,
  type FlatEntry,
  type Loss,
  type ModelProto,
} from '@lovasz/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { StepSettings } from './step-settings.js';
import { ignoreIndex, syntheticBatch } from './synthetic-batch.js';

const networks = { unet, enet };

const losses: Readonly<Record<StepSettings['loss'], Loss>> = {
  'cross-entropy': (backend, logits, labels) => crossEntropy(backend, logits, labels, { ignoreIndex }),
  'lovasz-softmax': (backend, logits, labels) => lovaszSoftmax(backend, logits, labels, { ignoreIndex }),
};

/** A network that is trained, always on the same batch. */
export interface OurStep {
  /** How many numbers are trained. */
  readonly parameters: number;
  /** One step of training: forward, loss, backward, update. Returns the loss before the update. */
  step(): Promise<number>;
  close(): Promise<void>;
}

/** The fused graph of one step on onnxruntime-node. */
export async function createOurStep(
  settings: StepSettings,
  sessionOptions: InferenceSession.SessionOptions = {},
): Promise<OurStep> {
  const { batch, width, height, classes, threads } = settings;
  const model = networks[settings.model]({ classes, width, height, batch, seed: 1 });
  const optimizer = sgd({ momentum: 0.9, weightDecay: 5e-4 });
  const image = [batch, 3, height, width];
  const graph = buildTrainingGraph(model, {
    loss: losses[settings.loss],
    optimizer,
    inputShapes: { image },
  });
  const session = await InferenceSession.create(graph.step, {
    intraOpNumThreads: threads,
    ...sessionOptions,
  });

  const initial: Readonly<Record<string, Float32Array>> = {
    parameters: initialValues(model, graph.parameters),
    statistics: initialValues(model, graph.statistics),
  };
  const vector = (data: Float32Array): Tensor => new Tensor('float32', data, [data.length]);
  const { images, labels } = syntheticBatch(settings);
  const fixed = {
    image: new Tensor('float32', images, image),
    labels: new Tensor('int32', labels, graph.labelShape),
    ...Object.fromEntries(
      Object.entries(optimizer.scalarsAt(1, 1e-3)).map(([name, value]) => [
        name,
        new Tensor('float32', [value], []),
      ]),
    ),
  };
  const random = graph.randomInputs.map(({ name, shape }) => {
    const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
    return [name, new Tensor('float32', data, shape)] as const;
  });
  // A buffer must not be read and written by one run: two of each take turns.
  let current = graph.state.map(({ name, length }) => vector(initial[name] ?? new Float32Array(length)));
  let next = graph.state.map(({ length }) => vector(new Float32Array(length)));

  return {
    parameters: flatLength(graph.parameters),
    step: async () => {
      for (const [, { data }] of random) {
        for (let place = 0; place < data.length; place++) data[place] = Math.random();
      }
      const loss = new Tensor('float32', new Float32Array(1), []);
      const feeds: Record<string, Tensor> = { ...fixed, ...Object.fromEntries(random) };
      const fetches: Record<string, Tensor> = { loss };
      graph.state.forEach(({ name }, place) => {
        feeds[name] = current[place]!;
        fetches[`next_${name}`] = next[place]!;
      });
      await session.run(feeds, fetches);
      [current, next] = [next, current];
      return loss.data[0] as number;
    },
    close: () => session.release(),
  };
}

/** The entries of a layout, as the model holds them. */
function initialValues(model: ModelProto, layout: readonly FlatEntry[]): Float32Array {
  const tensors = new Map(model.graph!.initializer.map((tensor) => [tensor.name, tensor.rawData]));
  const vector = new Float32Array(flatLength(layout));
  for (const { name, offset, size } of layout) {
    vector.set(new Float32Array(tensors.get(name)!.slice().buffer, 0, size), offset);
  }
  return vector;
}
