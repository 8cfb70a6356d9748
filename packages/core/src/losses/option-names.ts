import type { LossName } from '../backend/loss-call.js';

const ofMulticlass = ['ignoreIndex', 'mask', 'classWeights', 'input', 'layout'] as const;
const ofBinary = ['ignoreIndex', 'mask', 'classWeights', 'multilabel', 'layout'] as const;
const ofMean = ['classes', 'perImage'] as const;

/** The names of the options that each loss has. */
export const optionNames = {
  'cross-entropy': [...ofMulticlass, 'multilabel', 'reduction'],
  'lovasz-softmax': [...ofMean, ...ofMulticlass, 'reduction'],
  'soft-jaccard': [...ofMean, ...ofMulticlass, 'multilabel', 'reduction'],
  combined: ['terms', ...ofMean, ...ofMulticlass],
  hinge: [...ofBinary, 'reduction'],
  'lovasz-hinge': [...ofMean, ...ofBinary, 'activation', 'symmetric', 'reduction'],
  'lovasz-sigmoid': [...ofMean, ...ofBinary, 'input', 'reduction'],
} as const satisfies Readonly<Record<LossName, readonly string[]>>;
