import { checkSetting, decayedGradient, type Optimizer } from './optimizer.js';

/**
 * Adam (Kingma and Ba, 2015) with bias correction; weight decay is added to the gradient, as in PyTorch's `Adam`:
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², w ← w − learningRate · m̂ / (√v̂ + ε).
 *
 * @param settings.beta1 in [0, 1), default 0.9.
 * @param settings.beta2 in [0, 1), default 0.999.
 * @param settings.epsilon at least 0, default 10⁻⁸.
 * @param settings.weightDecay at least 0, default 0.
 * @throws RangeError for a setting outside of its range.
 *
 * @example
 * const optimizer = adam({ weightDecay: 2e-4 });
 */
export function adam(
  settings: {
    readonly beta1?: number;
    readonly beta2?: number;
    readonly epsilon?: number;
    readonly weightDecay?: number;
  } = {},
): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = settings;
  checkSetting('beta1', beta1, 0, 1);
  checkSetting('beta2', beta2, 0, 1);
  checkSetting('epsilon', epsilon, 0);
  checkSetting('weightDecay', weightDecay, 0);
  return {
    name: 'adam',
    settings: { beta1, beta2, epsilon, weightDecay },
    moments: ['first_moment', 'second_moment'],
    scalars: ['step_size', 'second_correction'],
    // Both corrections are computed in float64 here: 1 − βᵗ cancels in float32.
    scalarsAt: (step, learningRate) => ({
      step_size: learningRate / (1 - beta1 ** step),
      second_correction: 1 / Math.sqrt(1 - beta2 ** step),
    }),
    scalarFormulas: {
      step_size: `learning_rate / (1 - ${beta1} ** step)`,
      second_correction: `(1 - ${beta2} ** step) ** -0.5`,
    },
    update: (request) => {
      const { graph, parameters, moments, scalars } = request;
      const gradient = decayedGradient(request, weightDecay);
      const first = graph.add(graph.multiply(moments[0]!, beta1), graph.multiply(gradient, 1 - beta1));
      const second = graph.add(
        graph.multiply(moments[1]!, beta2),
        graph.multiply(graph.multiply(gradient, gradient), 1 - beta2),
      );
      const scale = graph.add(graph.multiply(graph.sqrt(second), scalars['second_correction']!), epsilon);
      const step = graph.multiply(graph.divide(first, scale), scalars['step_size']!);
      return { parameters: graph.subtract(parameters, step), moments: [first, second] };
    },
  };
}
