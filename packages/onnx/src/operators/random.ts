import type { Operator } from '../graph/operator.js';

/**
 * Dropout as it stands in a network: the identity, and a mask that keeps all. Training replaces it by a mask that is
 * drawn outside of the graph, so that a run can be repeated and resumed (see `training/network.ts`).
 */
export const randomOperators: readonly Operator[] = [
  {
    name: 'Dropout',
    inputs: [1, 3],
    entries: 'moved',
    roles: [undefined, 'setting', 'setting'],
    attributes: { seed: ['int'] },
    nondeterministic: true,
    requiredOutputs: 1,
    infer: (node) => [node.input(0).type, { dataType: 'bool', shape: node.input(0).shape }],
    evaluate: (_, [x]) => [x!, { shape: x!.shape, data: x!.data.map(() => 1) }],
    gradient: ({ cotangent }) => [cotangent],
  },
];
