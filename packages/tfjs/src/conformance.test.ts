import { describe, test } from '@jest/globals';
import { type Adapter, testConformance } from '@lovasz/conformance';
import type { TensorBackend } from '@lovasz/core';
import * as tf from '@tensorflow/tfjs';
import { tensorOperations } from './backend/tensor-operations.js';
import { tensorBackend } from './compute-loss.js';

const adapter = (name: string, backend: TensorBackend<tf.Tensor>): Adapter => ({
  name,
  evaluate: async (loss, input, labels) => {
    await tf.setBackend('cpu');
    return tf.tidy(() => {
      const [x, y] = [input, labels].map(({ data, shape }) =>
        tf.tensor(Float32Array.from(data), [...shape], 'float32'),
      );
      const { value, grad } = tf.valueAndGrad((variable) => tf.reshape(loss(backend, variable, y!), []))(x!);
      return { value: value.dataSync()[0]!, gradient: grad.dataSync() };
    });
  },
});

for (const [name, backend] of Object.entries({ operations: tensorOperations, kernels: tensorBackend })) {
  testConformance({ describe, test }, adapter(`tfjs on cpu by ${name}`, backend), { ties: 'shared' });
}
