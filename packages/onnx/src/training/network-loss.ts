import type { TensorBackend } from '@lovasz/core';
import { createOnnxBackend, type JaccardMethod } from '../backend/onnx-backend.js';
import type { Value } from '../ir/value.js';
import { OnnxError } from '../onnx-error.js';
import type { Network } from './network.js';

/** A loss over the tensor interface: a scalar from the network's first output and the labels. */
export type Loss = <T>(backend: TensorBackend<T>, logits: T, labels: T) => T;

export interface LossOptions {
  readonly loss: Loss;
  /** Default: that of the logits without their channel axis. */
  readonly labelShape?: readonly number[];
  /** How the Lovász weights are computed. Default `auto`. */
  readonly method?: JaccardMethod;
}

/** Writes the loss of the network's first output and the new input `labels` (int32) into the network's graph. */
export function appendLoss(
  network: Network,
  { loss, labelShape, method }: LossOptions,
): { readonly loss: Value; readonly labels: Value; readonly logits: Value } {
  const { graph } = network;
  const output = network.outputs[0]!;
  const logits = output.value;
  if (logits.dataType !== 'float32' || logits.rank < 2) {
    throw new OnnxError(
      `output '${output.name}' is ${logits.dataType}[${logits.shape.join(', ')}], expected float32 logits [batch, classes, …]`,
    );
  }
  const labels = graph.input('labels', 'int32', labelShape ?? logits.shape.filter((_, axis) => axis !== 1));
  const backend = createOnnxBackend(graph, method === undefined ? {} : { method });
  const value = loss(backend, logits, graph.cast(labels, 'float32'));
  return { loss: graph.reshape(value, []), labels, logits };
}
