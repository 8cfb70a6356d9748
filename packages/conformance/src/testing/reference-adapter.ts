import { type ReferenceTensor, referenceTensor, type TensorBackend, valueAndGradient } from '@lovasz/core';
import type { Adapter } from '../adapter.js';

/** The reference backend, possibly changed, as an adapter. */
export function referenceAdapter(
  change: (backend: TensorBackend<ReferenceTensor>) => TensorBackend<ReferenceTensor> = (backend) => backend,
): Adapter {
  return {
    name: 'reference',
    evaluate: (loss, input, labels) => {
      const targets = referenceTensor(labels.data, labels.shape);
      const { value, gradients } = valueAndGradient(
        (backend, variable) => loss(change(backend), variable!, targets),
        [referenceTensor(input.data, input.shape)],
      );
      return { value, gradient: gradients[0]!.data };
    },
  };
}
