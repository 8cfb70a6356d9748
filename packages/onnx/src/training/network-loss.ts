import type { JaccardMethod, TensorBackend } from '@lovasz/core';
import { createOnnxBackend } from '../backend/onnx-backend.js';
import type { Value } from '../graph/value.js';
import { watchLabels } from './compared-labels.js';
import type { Network } from './network.js';
import { channelsFirst, trainedOutput, type OutputOptions, type TrainedOutput } from './trained-output.js';

/**
 * A loss over the tensor interface: a scalar from the logits `[batch, classes, …]`, whatever axis of the network's
 * output the classes lie on, and the labels `[batch, …]`. Of one score per pixel it gets `[batch, 1, …]`.
 */
export type Loss = <T>(backend: TensorBackend<T>, logits: T, labels: T) => T;

export interface NetworkLossOptions extends OutputOptions {
  readonly loss: Loss;
  /** Default: that of the logits without their classes. */
  readonly labelShape?: readonly number[];
  /** How the Lovász weights are computed. Default `auto`. */
  readonly method?: JaccardMethod;
}

/** Writes the loss of the trained output and the new input `labels` (int32) into the network's graph. */
export function appendLoss(
  network: Network,
  options: NetworkLossOptions,
): {
  readonly loss: Value;
  readonly labels: Value;
  readonly logits: Value;
  readonly output: TrainedOutput;
  /** The constants that the loss compares labels with. */
  readonly comparedLabels: ReadonlySet<number>;
} {
  const { loss, labelShape, method } = options;
  const { graph } = network;
  const { logits, ...output } = trainedOutput(network, options);
  const labels = graph.input('labels', 'int32', labelShape ?? output.labelShape);
  const backend = createOnnxBackend(graph, method === undefined ? {} : { method });
  const ids = graph.cast(labels, 'float32');
  const { watching, compared } = watchLabels(backend, ids);
  const value = loss(watching, channelsFirst(graph, { logits, ...output }), ids);
  return { loss: graph.reshape(value, []), labels, logits, output, comparedLabels: compared };
}
