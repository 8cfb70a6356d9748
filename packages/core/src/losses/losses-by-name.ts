import { crossEntropy } from './cross-entropy.js';
import { hinge } from './hinge.js';
import { lovaszHinge } from './lovasz-hinge.js';
import { lovaszSigmoid } from './lovasz-sigmoid.js';
import { lovaszSoftmax } from './lovasz-softmax.js';
import { softJaccard } from './soft-jaccard.js';

/**
 * Every loss under the name that commands and files use.
 *
 * @example
 * lossesByName['lovasz-softmax'](referenceBackend, logits, labels);
 */
export const lossesByName = {
  'cross-entropy': crossEntropy,
  'lovasz-softmax': lovaszSoftmax,
  'soft-jaccard': softJaccard,
  hinge,
  'lovasz-hinge': lovaszHinge,
  'lovasz-sigmoid': lovaszSigmoid,
} as const;

/** The name of a loss. */
export type LossName = keyof typeof lossesByName;

/** The losses whose labels are 0 and 1, one score to each; the labels of the others are class ids. */
export const binaryLosses: ReadonlySet<LossName> = new Set(['hinge', 'lovasz-hinge', 'lovasz-sigmoid']);

/** The options of the loss of that name. */
export type LossOptions<Name extends LossName> = NonNullable<Parameters<(typeof lossesByName)[Name]>[3]>;
