import type { ModelProto } from 'onnx-buf';
import { lossGradients } from './loss-gradients.js';
import { appendLoss } from './network-loss.js';
import { buildNetwork, networkLayout, type NetworkLayout } from './network.js';
import type { TrainingGraphOptions } from './training-graph.js';
import type { TrainedOutput } from './trained-output.js';
import { writeGraph } from './write-graph.js';

/**
 * A graph from the network's inputs and `labels` to `loss`, `logits`, and the gradient of the loss to every parameter
 * (`gradient/NAME`) and floating-point input; in training mode also the updated `statistics/NAME`.
 */
export function buildGradientGraph(
  model: ModelProto,
  options: Omit<TrainingGraphOptions, 'optimizer'>,
): {
  readonly bytes: Uint8Array;
  readonly layout: NetworkLayout;
  readonly outputs: readonly string[];
  readonly labelShape: readonly number[];
  readonly output: TrainedOutput;
} {
  const layout = networkLayout(model, options);
  const network = buildNetwork(model, layout, { ...options, mode: 'train' });
  const { graph } = network;
  const { loss, labels, logits, output } = appendLoss(network, options);
  const inputs = network.inputs.filter((input) => input.dataType === 'float32');
  const gradients = lossGradients(graph, loss, [...network.parameters, ...inputs], options.recompute);
  const names = [...layout.parameters.map(({ name }) => name), ...inputs.map((input) => input.name!)];
  const outputs = [
    { name: 'loss', value: loss },
    { name: 'logits', value: logits },
    ...gradients.map((value, place) => ({ name: `gradient/${names[place]!}`, value })),
    ...layout.statistics.map(({ name }, place) => ({
      name: `statistics/${name}`,
      value: network.updatedStatistics[place]!,
    })),
  ];
  const { bytes } = writeGraph('gradient', graph.inputs, outputs, options.profile);
  return { bytes, layout, outputs: outputs.map(({ name }) => name), labelShape: labels.shape, output };
}
