import { crossEntropy, lovaszSoftmax } from '@lovasz/core';
import { enet, unet } from '@lovasz/models';
import { buildTrainingGraph, sgd, type Loss } from '@lovasz/onnx';
import { flatLength } from '@lovasz/onnx/parts';
import { InferenceSession, Tensor } from '@lovasz/onnxruntime/runtime';
import { runtimeTensor } from './plain-tensor.js';
import type { StepSettings } from './step-settings.js';
import { stepTensors } from './step-tensors.js';
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
  const model = networks[settings.model]({ classCount: classes, width, height, batch, seed: 1 });
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

  const { feeds, results } = stepTensors(model, graph, optimizer, syntheticBatch(settings));
  const given = Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => [name, runtimeTensor(tensor)]),
  );
  const random = graph.randomInputs.map(({ name }) => feeds[name]!.data);
  // A buffer must not be read and written by one run: two of each take turns.
  let current = graph.state.map(({ name }) => given[name]!);
  let next = graph.state.map(({ name }) => runtimeTensor(results[`next_${name}`]!));

  return {
    parameters: flatLength(graph.parameters),
    step: async () => {
      for (const data of random) {
        for (let place = 0; place < data.length; place++) data[place] = Math.random();
      }
      const loss = new Tensor('float32', new Float32Array(1), []);
      const inputs: Record<string, Tensor> = { ...given };
      const fetches: Record<string, Tensor> = { loss };
      graph.state.forEach(({ name }, place) => {
        inputs[name] = current[place]!;
        fetches[`next_${name}`] = next[place]!;
      });
      await session.run(inputs, fetches);
      [current, next] = [next, current];
      return loss.data[0] as number;
    },
    close: () => session.release(),
  };
}
