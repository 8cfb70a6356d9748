import type { Operator } from './operator.js';

/**
 * Dropout as it stands in a network: the identity. Training replaces it by a mask that is drawn outside of the graph,
 * so that a run can be repeated and resumed (see `training/dropout.ts`).
 */
export const randomOperators: readonly Operator[] = [
  {
    name: 'Dropout',
    attributes: { seed: ['int'] },
    nondeterministic: true,
    infer: (node) => [node.input(0).type],
    evaluate: (_, [x]) => [x!],
    gradient: ({ cotangent }) => [cotangent],
  },
];
