import type { ModelProto } from 'onnx-buf';
import type { ProfileName } from '../passes/profiles.js';
import {
  buildNetwork,
  inputShapesOf,
  networkLayout,
  type LayoutOptions,
  type NetworkLayout,
} from './network.js';
import { writeGraph } from './write-graph.js';

export interface EvaluationGraphOptions extends LayoutOptions {
  /** Shapes of the network's inputs, batch included; needed where the model leaves dimensions open. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** What the graph is written for. Default `generic`. */
  readonly profile?: ProfileName;
}

/**
 * The network as it predicts, by running statistics and without dropout: from its inputs, `parameters` and
 * `statistics` to `predictions`, the class of the largest logit (int32; the lowest class on a tie), and `logits`.
 */
export function buildEvaluationGraph(
  model: ModelProto,
  options: EvaluationGraphOptions = {},
): {
  readonly bytes: Uint8Array;
  readonly layout: NetworkLayout;
  readonly inputShapes: Readonly<Record<string, readonly number[]>>;
  readonly predictionShape: readonly number[];
  readonly logitsShape: readonly number[];
} {
  const { inputShapes, profile } = options;
  const layout = networkLayout(model, options);
  const network = buildNetwork(model, layout, {
    mode: 'inference',
    ...(inputShapes === undefined ? {} : { inputShapes }),
  });
  const { graph } = network;
  const logits = network.outputs[0]!.value;
  const predictions = graph.cast(graph.only('ArgMax', [logits], { axis: 1, keepdims: 0 }), 'int32');
  const outputs = [
    { name: 'predictions', value: predictions },
    { name: 'logits', value: logits },
  ];
  return {
    bytes: writeGraph('evaluate', graph.inputs, outputs, profile).bytes,
    layout,
    inputShapes: inputShapesOf(network),
    predictionShape: predictions.shape,
    logitsShape: logits.shape,
  };
}
