import type { GraphWriter } from '../graph/graph-writer.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';

/** A function that bends a gate of a recurrent layer. */
export type Activation = (x: Value) => Value;

interface Definition {
  /** The defaults of those of alpha and beta that the function takes; `undefined` where the standard has none. */
  readonly parameters: { readonly alpha?: number | undefined; readonly beta?: number | undefined };
  write(graph: GraphWriter, x: Value, alpha: number, beta: number): Value;
}

const plain = (operator: string): Definition => ({
  parameters: {},
  write: (graph, x) => graph.only(operator, [x]),
});

const withAlpha = (operator: string, alpha: number): Definition => ({
  parameters: { alpha },
  write: (graph, x, given) => graph.only(operator, [x], { alpha: given }),
});

const definitions: Readonly<Record<string, Definition>> = {
  Relu: plain('Relu'),
  Tanh: plain('Tanh'),
  Sigmoid: plain('Sigmoid'),
  Softsign: plain('Softsign'),
  Softplus: plain('Softplus'),
  LeakyRelu: withAlpha('LeakyRelu', 0.01),
  // The standard's default; ONNX Runtime takes 0.
  ThresholdedRelu: withAlpha('ThresholdedRelu', 1),
  Elu: withAlpha('Elu', 1),
  HardSigmoid: {
    parameters: { alpha: 0.2, beta: 0.5 },
    write: (graph, x, alpha, beta) => graph.only('HardSigmoid', [x], { alpha, beta }),
  },
  Affine: {
    parameters: { alpha: undefined, beta: undefined },
    write: (graph, x, alpha, beta) => graph.add(graph.multiply(x, alpha), beta),
  },
  ScaledTanh: {
    parameters: { alpha: undefined, beta: undefined },
    write: (graph, x, alpha, beta) => graph.multiply(graph.only('Tanh', [graph.multiply(x, beta)]), alpha),
  },
};

/**
 * The activations of a recurrent layer, for each direction. The lists of alphas and betas hold an entry for each
 * function that takes one, in order; where they end, the defaults hold.
 */
export function recurrentActivations(
  graph: GraphWriter,
  node: Node,
  defaults: readonly string[],
  directions: number,
): readonly (readonly Activation[])[] {
  const expected = defaults.length * directions;
  const names =
    (node.optionalAttribute('activations') as readonly string[] | undefined) ??
    Array.from({ length: directions }, () => defaults).flat();
  if (names.length !== expected) {
    throw node.error(`activations names ${names.length} functions, expected ${expected}`);
  }
  const left = {
    alpha: [...((node.optionalAttribute('activation_alpha') as readonly number[] | undefined) ?? [])],
    beta: [...((node.optionalAttribute('activation_beta') as readonly number[] | undefined) ?? [])],
  };
  const functions = names.map((name): Activation => {
    // Exporters differ in capitals.
    const known = Object.keys(definitions).find((each) => each.toLowerCase() === name.toLowerCase());
    if (known === undefined) {
      throw node.error(
        `activation '${name}' is not supported, expected ${Object.keys(definitions).join(', ')}`,
      );
    }
    const { parameters, write } = definitions[known]!;
    const take = (kind: 'alpha' | 'beta'): number => {
      if (!(kind in parameters)) return 0;
      const value = left[kind].shift() ?? parameters[kind];
      if (value === undefined) throw node.error(`activation '${name}' needs an entry of activation_${kind}`);
      return value;
    };
    const [alpha, beta] = [take('alpha'), take('beta')];
    return (x) => write(graph, x, alpha, beta);
  });
  return Array.from({ length: directions }, (_, direction) =>
    functions.slice(direction * defaults.length, (direction + 1) * defaults.length),
  );
}
