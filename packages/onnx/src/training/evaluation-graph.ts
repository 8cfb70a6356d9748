import type { ModelProto } from 'onnx-buf';
import type { ProfileName } from '../passes/profiles.js';
import {
  buildNetwork,
  inputShapesOf,
  networkLayout,
  type LayoutOptions,
  type NetworkLayout,
} from './network.js';
import { predictionsOf, trainedOutput, type OutputOptions, type TrainedOutput } from './trained-output.js';
import { writeGraph } from './write-graph.js';

export interface EvaluationGraphOptions extends LayoutOptions, OutputOptions {
  /** Shapes of the network's inputs, batch included; needed where the model leaves dimensions open. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Where the weights lie, for a graph that goes with others: theirs. Default: by `trainable` and `frozen`. */
  readonly layout?: NetworkLayout;
  /** What the graph is written for. Default `generic`. */
  readonly profile?: ProfileName;
}

/**
 * The network as it predicts, by running statistics and without dropout: from its inputs, `parameters` and
 * `statistics` to `predictions`, the class of the largest logit (int32; the lowest class on a tie; of one score per
 * pixel, 1 where it is above `logitThreshold`), and `logits`, as the network lays them out.
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
  /** How many classes the network tells apart: 2 where it puts out one score per pixel. */
  readonly classCount: number;
  readonly output: TrainedOutput;
} {
  const { inputShapes, profile } = options;
  const layout = options.layout ?? networkLayout(model, options);
  const network = buildNetwork(model, layout, {
    mode: 'inference',
    ...(inputShapes === undefined ? {} : { inputShapes }),
  });
  const { graph } = network;
  const { logits, ...output } = trainedOutput(network, options);
  const predictions = predictionsOf(graph, { logits, ...output }, options.logitThreshold);
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
    classCount: output.classCount,
    output,
  };
}
