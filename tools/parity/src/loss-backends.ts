import {
  kernelJaccardWeights,
  kernelLoss,
  type JaccardMethod,
  type KernelOptions,
  lossesByName,
  type LossName,
  type LovaszSoftmaxOptions,
  type lovaszSoftmax,
  referenceTensor,
  type TensorBackend,
  valueAndGradient,
} from '@lovasz/core';
import { createOnnxBackend, differentiate, encodeModel, GraphBuilder, modelBytes } from '@lovasz/onnx';
import { histogramBound } from './histogram-bound.js';
import type { LossCall, NumericArray } from './loss-call.js';
import { runOnce } from './run-once.js';
import { tfjsBackend } from './tfjs-backends.js';

/** What computes a loss and its gradient. */
export interface LossBackend {
  /** The largest error accepted: of the value relative to max(1, |value|), of gradients relative to the largest. */
  readonly tolerance: number;
  /** What the gradient of one case may be off beyond it, as an absolute number. Default: nothing. */
  bound?(call: LossCall, input: NumericArray, labels: NumericArray): number;
  /** The value of the loss and its gradient to the input, in row-major order. */
  evaluate(
    call: LossCall,
    input: NumericArray,
    labels: NumericArray,
  ): Promise<{ readonly value: number; readonly gradient: ArrayLike<number> }>;
  /** Ends what `evaluate` has started. */
  close?(): Promise<void>;
}

/** The backends that losses can be compared on, by name. */
export const lossBackends: Readonly<Record<string, LossBackend>> = {
  reference: {
    tolerance: 1e-12,
    evaluate: async ({ name, options }, input, labels) => {
      const labelTensor = referenceTensor(labels.data, labels.shape);
      const loss = lossOf(name);
      const { value, gradients } = valueAndGradient(
        (backend, variable) => loss(backend, variable!, labelTensor, options as LovaszSoftmaxOptions),
        [referenceTensor(input.data, input.shape)],
      );
      return { value, gradient: gradients[0]!.data };
    },
  },
  onnxruntime: { tolerance: 1e-5, evaluate: evaluateOnRuntime },
  'kernels-exact': { tolerance: 1e-5, evaluate: kernels('exact') },
  // Pixels that share a bin share their weight.
  'kernels-histogram': { tolerance: 1e-5, bound: histogramBound, evaluate: kernels('histogram') },
  'tfjs-cpu': tfjsBackend('cpu'),
  'tfjs-wasm': tfjsBackend('wasm'),
  'tfjs-webgl': tfjsBackend('webgl'),
  'tfjs-webgpu': tfjsBackend('webgpu'),
};

/** The loss as a graph of standard operators with its gradient, on stock ONNX Runtime. */
async function evaluateOnRuntime(
  { name, options }: LossCall,
  input: NumericArray,
  labels: NumericArray,
): ReturnType<LossBackend['evaluate']> {
  const graph = new GraphBuilder();
  const variable = graph.input('input', 'float32', input.shape);
  const labelValue = graph.input('labels', 'float32', labels.shape);
  const backend = createOnnxBackend(graph, { method: 'exact' });
  const loss = lossOf(name)(backend, variable, labelValue, options as LovaszSoftmaxOptions);
  const value = graph.reshape(loss, []);
  const [gradient] = differentiate(graph, value, [variable]);
  const outputs = [
    { name: 'value', value },
    { name: 'gradient', value: gradient! },
  ];
  const bytes = modelBytes(encodeModel({ name, inputs: graph.inputs, outputs }));
  const found = await runOnce(bytes, [
    { name: 'input', dataType: 'float32', ...input },
    { name: 'labels', dataType: 'float32', ...labels },
  ]);
  return { value: found.get('value')![0]!, gradient: found.get('gradient')! };
}

function lossOf(name: LossCall['name']): typeof lovaszSoftmax {
  return name === 'jaccard-weights' ? lovaszExtension : (lossesByName[name] as typeof lovaszSoftmax);
}

function kernels(method: JaccardMethod): LossBackend['evaluate'] {
  return async ({ name, options }, input, labels) => {
    const data = Float32Array.from(input.data);
    if (name === 'jaccard-weights') {
      const gradient = kernelJaccardWeights(data, labels.data, { method });
      return { value: gradient.reduce((sum, weight, i) => sum + weight * data[i]!, 0), gradient };
    }
    const { value, gradient } = kernelLoss(name as LossName, { data, shape: input.shape }, labels, {
      ...options,
      ...(name.startsWith('lovasz') || name === 'combined' ? { method } : {}),
    } as KernelOptions<LossName>);
    return { value, gradient: gradient.data };
  };
}

function lovaszExtension<T>(backend: TensorBackend<T>, errors: T, foreground: T): T {
  const weights = backend.jaccardWeights(errors, foreground, backend.constant(1));
  const axes = backend.shape(errors).map((_, axis) => axis);
  return backend.reshape(backend.sum(backend.multiply(errors, backend.stopGradient(weights)), axes), []);
}
