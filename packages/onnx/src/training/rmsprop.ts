import { checkSetting, decayedGradient, type Optimizer } from './optimizer.js';

/**
 * RMSProp (Tieleman and Hinton, 2012), with weight decay added to the gradient, as in PyTorch's `RMSprop`:
 * v ← αv + (1 − α)g², w ← w − learningRate · g / (√v + ε).
 *
 * @param settings.alpha in [0, 1), default 0.99.
 * @param settings.epsilon at least 0, default 10⁻⁸.
 * @param settings.weightDecay at least 0, default 0.
 * @throws RangeError for a setting outside of its range.
 *
 * @example
 * const optimizer = rmsprop({ weightDecay: 2e-4 });
 */
export function rmsprop(
  settings: {
    readonly alpha?: number;
    readonly epsilon?: number;
    readonly weightDecay?: number;
  } = {},
): Optimizer {
  const { alpha = 0.99, epsilon = 1e-8, weightDecay = 0 } = settings;
  checkSetting('alpha', alpha, 0, 1);
  checkSetting('epsilon', epsilon, 0);
  checkSetting('weightDecay', weightDecay, 0);
  return {
    name: 'rmsprop',
    settings: { alpha, epsilon, weightDecay },
    moments: ['second_moment'],
    scalars: ['learning_rate'],
    scalarsAt: (_step, learningRate) => ({ learning_rate: learningRate }),
    scalarFormulas: { learning_rate: 'learning_rate' },
    update: (request) => {
      const { graph, parameters, moments, scalars } = request;
      const gradient = decayedGradient(request, weightDecay);
      const second = graph.add(
        graph.multiply(moments[0]!, alpha),
        graph.multiply(graph.multiply(gradient, gradient), 1 - alpha),
      );
      const direction = graph.divide(gradient, graph.add(graph.sqrt(second), epsilon));
      const step = graph.multiply(direction, scalars['learning_rate']!);
      return { parameters: graph.subtract(parameters, step), moments: [second] };
    },
  };
}
