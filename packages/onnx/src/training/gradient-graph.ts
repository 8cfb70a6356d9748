import type { ModelProto } from 'onnx-buf';
import type { Value } from '../graph/value.js';
import { differentiateNetwork } from './differentiated-network.js';
import type { Network, NetworkLayout } from './network.js';
import type { TrainingGraphOptions } from './training-graph.js';
import type { TrainedOutput } from './trained-output.js';
import { writeGraph } from './write-graph.js';

/**
 * A graph from the network's inputs and `labels` to `loss`, `logits`, and the gradient of the loss to every parameter
 * that one reaches (`gradient/NAME`) and floating-point input; in training mode also the updated `statistics/NAME`.
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
  const reals = (network: Network): readonly Value[] =>
    network.inputs.filter((input) => input.dataType === 'float32');
  const differentiated = differentiateNetwork(model, options, reals);
  const { network, layout, loss, labels, logits, output } = differentiated;
  const { graph } = network;
  const gradients = [
    ...differentiated.gradients.map((value, place) => ({ name: layout.parameters[place]!.name, value })),
    ...reals(network).map((input, place) => ({
      name: input.name!,
      value: differentiated.furtherGradients[place] ?? graph.fill(0, input.shape, input.dataType),
    })),
  ];
  const outputs = [
    { name: 'loss', value: loss },
    { name: 'logits', value: logits },
    ...gradients.map(({ name, value }) => ({ name: `gradient/${name}`, value })),
    ...layout.statistics.map(({ name }, place) => ({
      name: `statistics/${name}`,
      value: network.updatedStatistics[place]!,
    })),
  ];
  const { bytes } = writeGraph('gradient', graph.inputs, outputs, options.profile);
  return { bytes, layout, outputs: outputs.map(({ name }) => name), labelShape: labels.shape, output };
}
