import {
  type Adapter,
  conformanceTests,
  completeOptions,
  type ConformanceOptions,
} from '@lovasz/conformance';
import type { LossName } from '@lovasz/core';
import * as lovasz from '@lovasz/tfjs';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-backend-webgpu';

/** The backends of TensorFlow.js that run in a page. */
export type TfjsBackend = 'cpu' | 'wasm' | 'webgl' | 'webgpu';

/** Numbers of a tensor, as they travel between a page and Node. */
export interface Entries {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/**
 * Sets the backend that all later calls compute on.
 *
 * @throws Error when the page has none of that name: another one is never taken.
 */
export async function setUp(backend: TfjsBackend): Promise<void> {
  setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
  // Shapes are small here, and what is to be tested is the GPU.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  tf.env().set('WEBGL_CPU_FORWARD', false);
  if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend) {
    throw new Error(`no backend "${backend}" in this page`);
  }
  await tf.ready();
}

const losses = {
  'cross-entropy': lovasz.crossEntropy,
  'lovasz-softmax': lovasz.lovaszSoftmax,
  'soft-jaccard': lovasz.softJaccard,
  combined: lovasz.combined,
  hinge: lovasz.hinge,
  'lovasz-hinge': lovasz.lovaszHinge,
  'lovasz-sigmoid': lovasz.lovaszSigmoid,
} as const satisfies Record<LossName, unknown>;

/** The value of a loss and its gradient, by the losses that users call. */
export async function evaluateLoss(
  name: LossName,
  input: Entries,
  labels: Entries,
  options: object,
): Promise<{ readonly value: number; readonly gradient: readonly number[] }> {
  const [x, y] = [
    tf.tensor(Float32Array.from(input.data), [...input.shape]),
    tf.tensor(Int32Array.from(labels.data), [...labels.shape], 'int32'),
  ];
  const loss = losses[name] as typeof lovasz.lovaszSoftmax;
  return read([x, y], tf.valueAndGrad((variable) => loss(variable, y, options as object))(x));
}

async function read(
  given: readonly tf.Tensor[],
  { value, grad }: { readonly value: tf.Tensor; readonly grad: tf.Tensor },
): Promise<{ readonly value: number; readonly gradient: readonly number[] }> {
  const [values, gradient] = await Promise.all([value.data(), grad.data()]);
  tf.dispose([...given, value, grad]);
  return { value: values[0]!, gradient: Array.from(gradient) };
}

/** What became of one test of the conformance suite. */
export interface TestResult {
  readonly name: string;
  /** What it threw, if it failed. */
  readonly error?: string;
}

/**
 * Runs the conformance suite on the backend that is set.
 *
 * @param by `losses`: as the losses of the package compute; `operations`: all by operations of TensorFlow.js.
 */
export async function runConformance(
  by: 'losses' | 'operations',
  options: ConformanceOptions,
): Promise<readonly TestResult[]> {
  const backend = by === 'losses' ? lovasz.tensorBackend : lovasz.tensorOperations;
  const adapter: Adapter = {
    name: `tfjs by ${by}`,
    evaluate: (loss, input, labels) => {
      const [x, y] = [input, labels].map(({ data, shape }) =>
        tf.tensor(Float32Array.from(data), [...shape], 'float32'),
      ) as [tf.Tensor, tf.Tensor];
      const { value, grad } = tf.valueAndGrad((variable) =>
        tf.tidy(() => tf.reshape(loss(backend, variable, y), [])),
      )(x);
      return read([x, y], { value, grad });
    },
  };
  const context = { adapter, options: completeOptions(options) };
  const results: TestResult[] = [];
  for (const { name, run } of conformanceTests) {
    try {
      await run(context);
      results.push({ name });
    } catch (error) {
      results.push({ name, error: (error as Error).message });
    }
  }
  return results;
}

/** Tensors and bytes that the backend holds after so many steps of training more than before. */
export async function countLeaks(
  steps: number,
): Promise<{ readonly tensors: number; readonly reads: number }> {
  const kernel = tf.variable(tf.randomNormal([4, 3], 0, 1, 'float32', 1));
  const points = tf.randomNormal([2000, 4], 0, 1, 'float32', 2);
  const labels = tf.tensor1d(
    Array.from({ length: 2000 }, (_, i) => i % 3),
    'int32',
  );
  const optimizer = tf.train.sgd(0.1);
  const step = (): void => {
    optimizer.minimize(() => lovasz.lovaszSoftmax(tf.matMul(points, kernel), labels));
  };
  step();
  const backend = tf.backend() as unknown as Record<'read' | 'readSync', (...of: unknown[]) => unknown>;
  let reads = 0;
  for (const name of ['read', 'readSync'] as const) {
    const original = backend[name];
    backend[name] = (...of) => {
      reads += 1;
      return original.apply(backend, of);
    };
  }
  const { numTensors } = tf.memory();
  for (let i = 0; i < steps; i++) step();
  const tensors = tf.memory().numTensors - numTensors;
  const seen = reads;
  await kernel.data();
  tf.dispose([kernel, points, labels]);
  optimizer.dispose();
  delete (backend as Partial<typeof backend>).read;
  delete (backend as Partial<typeof backend>).readSync;
  return { tensors, reads: seen };
}

/** The messages of calls that must be refused, and the tensors that they leave. */
export async function refusals(): Promise<{
  readonly messages: readonly string[];
  readonly tensors: number;
}> {
  const input = tf.zeros([4, 3]);
  const labels = tf.tensor1d([0, 1, 2, 3], 'int32');
  const calls = [
    () => lovasz.lovaszSoftmax(input, tf.slice(labels, 0, 3)),
    () => lovasz.lovaszSoftmax(input, labels, { classes: [7] }),
    () => lovasz.lovaszSoftmax(input, labels, { checked: true, reduction: 'none' }),
  ];
  const { numTensors } = tf.memory();
  const messages = calls.map((call) => {
    try {
      tf.tidy(call);
      return 'accepted';
    } catch (error) {
      return (error as Error).message;
    }
  });
  const tensors = tf.memory().numTensors - numTensors;
  tf.dispose([input, labels]);
  return { messages, tensors };
}

/** The Lovász extension of errors and its gradient, the weights. */
export async function evaluateExtension(
  errors: Entries,
  foreground: Entries,
): Promise<{ readonly value: number; readonly gradient: readonly number[] }> {
  const [x, y] = [errors, foreground].map(({ data, shape }) =>
    tf.tensor(Float32Array.from(data), [...shape]),
  ) as [tf.Tensor, tf.Tensor];
  const { constant, jaccardWeights } = lovasz.tensorBackend;
  const weights = tf.tidy(() => jaccardWeights(x, y, constant(1)));
  const gradient = Array.from(await weights.data());
  tf.dispose([x, y, weights]);
  return { value: gradient.reduce((sum, weight, i) => sum + weight * errors.data[i]!, 0), gradient };
}

export { timeLosses } from './tfjs-timing.js';

/** Lets the WebGPU device of the backend that is set seem smaller than it is. */
export function limitDevice(limits: {
  readonly maxComputeWorkgroupsPerDimension?: number;
  readonly maxStorageBufferBindingSize?: number;
}): void {
  const { device } = tf.backend() as unknown as { device: { limits: object } };
  const all = device.limits as Readonly<Record<string, number>>;
  const seen = new Proxy(
    {},
    { get: (_, name) => (limits as typeof all)[name as string] ?? all[name as string] },
  );
  Object.defineProperty(device, 'limits', { value: seen, configurable: true });
}

/** Loses the WebGPU device of the backend that is set. */
export async function loseDevice(): Promise<void> {
  const { device } = tf.backend() as unknown as {
    device: { destroy(): void; readonly lost: Promise<unknown> };
  };
  device.destroy();
  await device.lost;
}
