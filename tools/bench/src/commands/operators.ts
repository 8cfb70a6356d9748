import { performance } from 'node:perf_hooks';
import { encodeModel, GraphBuilder, modelBytes, type Value } from '@lovasz/onnx';
import { sizeOf } from '@lovasz/onnx/parts';
import { InferenceSession, Tensor } from '@lovasz/onnxruntime/runtime';
import type { Figure } from '../figures.js';
import { median } from '../median.js';

const shape = [10, 64, 46, 60];

/** What each formulation reads. */
interface Inputs {
  readonly x: Value;
  readonly y: Value;
  /** One number per channel, as it broadcasts against the images. */
  readonly perChannel: Value;
  /** The same as a vector. */
  readonly vector: Value;
  readonly condition: Value;
}

/** Formulations between which gradients choose. Each ends in one sum, so that little is copied out. */
const formulations: Readonly<Record<string, (graph: GraphBuilder, inputs: Inputs) => Value>> = {
  'the sum alone': (_, { x }) => x,
  Relu: (graph, { x }) => graph.relu(x),
  'Mul of two tensors': (graph, { x, y }) => graph.multiply(x, y),
  'Mul with one number per channel': (graph, { x, perChannel }) => graph.multiply(x, perChannel),
  'BatchNormalization, inference': (graph, { x, vector }) =>
    graph.only('BatchNormalization', [x, vector, vector, vector, vector]),
  'BatchNormalization, training': (graph, { x, vector }) =>
    graph.only(
      'BatchNormalization',
      [x, vector, vector, graph.multiply(vector, 2), graph.multiply(vector, 3)],
      { training_mode: 1, momentum: 0 },
    ),
  PRelu: (graph, { x, vector }) => graph.only('PRelu', [x, graph.reshape(vector, [-1, 1, 1])]),
  'mask by Where': (graph, { x, condition }) => graph.where(condition, x, 0),
  'mask by Cast and Mul': (graph, { x, condition }) => graph.multiply(x, graph.cast(condition, 'float32')),
  'LogSoftmax over channels': (graph, { x }) => graph.only('LogSoftmax', [x], { axis: 1 }),
  'LogSoftmax as max, exp and sum': (graph, { x }) => {
    const centred = graph.subtract(x, graph.max(x, [1]));
    return graph.subtract(centred, graph.log(graph.sum(graph.exp(centred), [1])));
  },
  'gradient of a 2×2 max pool by ScatterElements': (graph, { x }) => {
    const { pooled, indices } = maxPool(graph, x);
    const zeros = graph.fill(0, [sizeOf(x.shape)]);
    const flat = [zeros, graph.reshape(indices, [-1]), graph.reshape(pooled, [-1])];
    return graph.reshape(graph.only('ScatterElements', flat, { axis: 0, reduction: 'add' }), x.shape);
  },
  'gradient of a 2×2 max pool by MaxUnpool': (graph, { x }) => {
    const { pooled, indices } = maxPool(graph, x);
    return graph.only('MaxUnpool', [pooled, indices], { kernel_shape: [2, 2], strides: [2, 2] });
  },
};

function maxPool(graph: GraphBuilder, x: Value): { pooled: Value; indices: Value } {
  const [pooled, indices] = graph.apply('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  return { pooled: pooled!, indices: indices! };
}

/**
 * Measures single operators on ONNX Runtime's CPU provider, in turns: the table behind the choices of the gradient
 * rules in `@lovasz/onnx`.
 */
export async function measureOperators(options: {
  readonly repeats: number;
  readonly threads: number;
}): Promise<readonly Figure[]> {
  const runs = await Promise.all(
    Object.entries(formulations).map(async ([name, formulate]) => {
      const session = await InferenceSession.create(graphOf(formulate), {
        logSeverityLevel: 3,
        intraOpNumThreads: options.threads,
      });
      const feeds = feedsOf(session.inputNames);
      return { name, session, feeds, milliseconds: [] as number[] };
    }),
  );
  for (let repeat = -3; repeat < options.repeats; repeat++) {
    for (const { session, feeds, milliseconds } of runs) {
      // The first call after another session wakes its threads; the second is measured.
      await session.run(feeds);
      const start = performance.now();
      await session.run(feeds);
      if (repeat >= 0) milliseconds.push(performance.now() - start);
    }
  }
  await Promise.all(runs.map(({ session }) => session.release()));
  return runs.map(({ name, milliseconds }) => ({ name, value: median(milliseconds), unit: 'ms' }));
}

function graphOf(formulate: (graph: GraphBuilder, inputs: Inputs) => Value): Uint8Array {
  const graph = new GraphBuilder();
  const inputs = {
    x: graph.input('x', 'float32', shape),
    y: graph.input('y', 'float32', shape),
    perChannel: graph.input('perChannel', 'float32', [1, shape[1]!, 1, 1]),
    vector: graph.input('vector', 'float32', [shape[1]!]),
    condition: graph.input('condition', 'bool', shape),
  };
  const sum = graph.sum(formulate(graph, inputs), [0, 1, 2, 3], false);
  return modelBytes(
    encodeModel({ name: 'operator', inputs: graph.inputs, outputs: [{ name: 'sum', value: sum }] }),
  );
}

function feedsOf(names: readonly string[]): Record<string, Tensor> {
  const size = sizeOf(shape);
  const channels = shape[1]!;
  const wave = (phase: number) => Float32Array.from({ length: size }, (_, place) => Math.sin(place + phase));
  const quarter = new Float32Array(channels).fill(0.25);
  const feeds: Record<string, () => Tensor> = {
    x: () => new Tensor('float32', wave(0), shape),
    y: () => new Tensor('float32', wave(1), shape),
    perChannel: () => new Tensor('float32', quarter, [1, channels, 1, 1]),
    vector: () => new Tensor('float32', quarter, [channels]),
    condition: () =>
      new Tensor(
        'bool',
        Uint8Array.from({ length: size }, (_, place) => (place % 3 === 0 ? 1 : 0)),
        shape,
      ),
  };
  return Object.fromEntries(names.map((name) => [name, feeds[name]!()]));
}
