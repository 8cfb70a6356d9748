import type { LossName } from '../backend/loss-call.js';
import { combined, type CombinedOptions } from './combined.js';
import { crossEntropy, type CrossEntropyOptions } from './cross-entropy.js';
import { hinge, type HingeOptions } from './hinge.js';
import { lovaszHinge, type LovaszHingeOptions } from './lovasz-hinge.js';
import { lovaszSigmoid, type LovaszSigmoidOptions } from './lovasz-sigmoid.js';
import { lovaszSoftmax, type LovaszSoftmaxOptions } from './lovasz-softmax.js';
import { softJaccard, type SoftJaccardOptions } from './soft-jaccard.js';

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
  combined,
  hinge,
  'lovasz-hinge': lovaszHinge,
  'lovasz-sigmoid': lovaszSigmoid,
} as const satisfies Readonly<Record<LossName, unknown>>;

/** The options of every loss, but for the mask, which is a tensor. */
interface OptionsByName {
  readonly 'cross-entropy': CrossEntropyOptions;
  readonly 'lovasz-softmax': LovaszSoftmaxOptions;
  readonly 'soft-jaccard': SoftJaccardOptions;
  readonly combined: CombinedOptions;
  readonly hinge: HingeOptions;
  readonly 'lovasz-hinge': LovaszHingeOptions;
  readonly 'lovasz-sigmoid': LovaszSigmoidOptions;
}

/** The options of the loss of that name, but for the mask, which is a tensor. */
export type LossOptions<Name extends LossName> = OptionsByName[Name];
