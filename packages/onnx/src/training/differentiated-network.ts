import type { BatchNormalizationMode } from '../parameters/batch-normalization-mode.js';
import type { ModelProto } from 'onnx-buf';
import type { Value } from '../graph/value.js';
import { OnnxError } from '../graph/onnx-error.js';
import { layOut } from './flat-vector.js';
import { lossGradients, type Recompute } from '../differentiation/loss-gradients.js';
import { appendLoss, type NetworkLossOptions } from './network-loss.js';
import {
  buildNetwork,
  networkLayout,
  type LayoutOptions,
  type Network,
  type NetworkLayout,
} from './network.js';
import { checkCuts, whyUnreached } from './reach.js';
import type { TrainedOutput } from './trained-output.js';
import type { UntrainedParameter } from '../parameters/untrained.js';

export interface DifferentiationOptions extends NetworkLossOptions, LayoutOptions {
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  readonly batchNormalization?: BatchNormalizationMode;
  readonly recompute?: Recompute;
}

/** A network in training with its loss and gradients. */
export interface DifferentiatedNetwork {
  readonly network: Network;
  readonly layout: NetworkLayout;
  /** The inputs of the graph: those of the network, the flat vectors, `labels` and the random inputs. */
  readonly inputs: readonly Value[];
  readonly loss: Value;
  readonly labels: Value;
  readonly logits: Value;
  readonly output: TrainedOutput;
  /** The constants that the loss compares labels with. */
  readonly comparedLabels: ReadonlySet<number>;
  /** Of the parameters, parallel to the layout. */
  readonly gradients: readonly Value[];
  /** Of `further` values; `undefined` where none reached. */
  readonly furtherGradients: readonly (Value | undefined)[];
}

/**
 * Writes a network with its loss and the gradient of every parameter.
 *
 * A parameter that no gradient reaches is no state: an optimizer would move it by weight decay or momentum all the
 * same. Such parameters become constants of the graph, and are listed in `layout.untrained`.
 *
 * @param further what else is differentiated by, of a network.
 * @throws OnnxError when no gradient reaches any parameter.
 */
export function differentiateNetwork(
  model: ModelProto,
  options: DifferentiationOptions,
  further: (network: Network) => readonly Value[] = () => [],
): DifferentiatedNetwork {
  let layout = networkLayout(model, options);
  for (;;) {
    const network = buildNetwork(model, layout, { ...options, mode: 'train' });
    const { graph, outputs, parameters } = network;
    const appended = appendLoss(network, options);
    const { loss, output } = appended;
    const named = layout.parameters.map(({ name }, place) => ({ name, value: parameters[place]! }));
    checkCuts(named, [loss, ...outputs.map(({ value }) => value)]);
    const inputs = [...graph.inputs];
    const found = lossGradients(graph, loss, [...parameters, ...further(network)], options.recompute);
    const gradients = found.gradients.slice(0, parameters.length);
    if (gradients.every((gradient) => gradient !== undefined)) {
      const furtherGradients = found.gradients.slice(parameters.length);
      return { ...appended, network, layout, inputs, gradients, furtherGradients };
    }
    const of = { outputs, output: output.name, loss };
    const unreached = named.flatMap(({ name, value }, place): UntrainedParameter[] => {
      if (gradients[place] !== undefined) return [];
      const reason = whyUnreached(value, of, found);
      if (reason !== undefined) return [{ name, reason }];
      throw new OnnxError('internal error: no gradient reached it, and nothing stops one; please report it', {
        operator: 'initializer',
        node: name,
      });
    });
    layout = without(layout, unreached);
  }
}

/** The layout with those left out. */
function without(layout: NetworkLayout, unreached: readonly UntrainedParameter[]): NetworkLayout {
  const names = new Set(unreached.map(({ name }) => name));
  const parameters = layout.parameters.filter(({ name }) => !names.has(name));
  if (parameters.length === 0) {
    const reasons = unreached.slice(0, 3).map(({ name, reason }) => `'${name}' (${reason})`);
    const rest = unreached.length - reasons.length;
    throw new OnnxError(
      `no gradient of the loss reaches a parameter: ${reasons.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`,
    );
  }
  return { ...layout, parameters: layOut(parameters), untrained: [...layout.untrained, ...unreached] };
}
