import { checkSetting, decayedGradient, type Optimizer } from './optimizer.js';

/**
 * Stochastic gradient descent with momentum (Eq. C.2, C.3) and weight decay:
 * v ← momentum·v + (g + weightDecay·w), w ← w − learningRate·v.
 *
 * @param settings.momentum in [0, 1); the paper trains with 0.9. Default 0.9.
 * @param settings.weightDecay at least 0; the paper trains with 5·10⁻⁴. Default 0.
 * @throws RangeError for a setting outside of its range.
 *
 * @example
 * const optimizer = sgd({ momentum: 0.9, weightDecay: 5e-4 });
 */
export function sgd(settings: { readonly momentum?: number; readonly weightDecay?: number } = {}): Optimizer {
  const { momentum = 0.9, weightDecay = 0 } = settings;
  checkSetting('momentum', momentum, 0, 1);
  checkSetting('weightDecay', weightDecay, 0);
  return {
    name: 'sgd',
    settings: { momentum, weightDecay },
    moments: ['velocity'],
    scalars: ['learning_rate'],
    scalarsAt: (_, learningRate) => ({ learning_rate: learningRate }),
    scalarFormulas: { learning_rate: 'learning_rate' },
    update: (request) => {
      const { graph, parameters, moments, scalars } = request;
      const velocity = graph.add(
        graph.multiply(moments[0]!, momentum),
        decayedGradient(request, weightDecay),
      );
      const step = graph.multiply(velocity, scalars['learning_rate']!);
      return { parameters: graph.subtract(parameters, step), moments: [velocity] };
    },
  };
}
