import type { LossName } from '../backend/loss-call.js';
import { checkLabels } from '../checks/check-labels.js';
import { checkMask } from '../checks/check-mask.js';
import { checkScores } from '../checks/check-scores.js';
import { binaryLosses } from '../backend/loss-call.js';
import { type LossOptions, lossesByName } from '../losses/losses-by-name.js';
import type { SoftJaccardOptions, softJaccard } from '../losses/soft-jaccard.js';
import type { Masked } from '../losses/options.js';
import { findClassAxis } from '../losses/arranged-batch.js';
import { type ReferenceTensor, referenceTensor } from './reference-tensor.js';
import { valueAndGradient } from './value-and-gradient.js';

/** Plain numbers and their shape. */
export interface Values {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** The options of the loss, with its mask as plain numbers. Its value is one number: it has no `reduction`. */
export type ReferenceOptions<Name extends LossName> = Omit<LossOptions<Name>, 'reduction'> & Masked<Values>;

/**
 * A loss and its gradient on plain arrays in float64, with every value checked.
 *
 * @param name the loss.
 * @param input logits, or probabilities if the options say so.
 * @param labels as the loss wants them.
 * @param options those of the loss, see {@link ReferenceOptions}.
 * @returns the value, and the gradient to the input, of its shape.
 * @throws RangeError for labels that are neither a class nor `ignoreIndex`, logits that are not finite, probabilities
 *   outside 0…1, a mask of other values than 0 and 1, and all that the loss itself refuses.
 * @throws TypeError for an unknown loss, option or option value.
 * @example
 * const { value, gradient } = referenceLoss(
 *   'lovasz-softmax',
 *   { data: [2, -1, 0, 1], shape: [2, 2] },
 *   { data: [0, 1], shape: [2] },
 * );
 */
export function referenceLoss<Name extends LossName>(
  name: Name,
  input: Values,
  labels: Values,
  options?: ReferenceOptions<Name>,
): { readonly value: number; readonly gradient: ReferenceTensor } {
  if (!Object.hasOwn(lossesByName, name)) {
    throw new TypeError(`unknown loss "${name}"; accepted: ${Object.keys(lossesByName).join(', ')}`);
  }
  const given: SoftJaccardOptions & Masked<Values> = options ?? {};
  const { input: kind, ignoreIndex, layout, mask } = given;
  if (given.reduction !== undefined && given.reduction !== 'mean') {
    throw new TypeError(`reduction is "${given.reduction}"; a gradient needs one number, that of "mean"`);
  }
  if (mask !== undefined) checkMask(mask.data);
  checkScores(input.data, kind === 'probabilities' ? kind : 'logits');

  const scores = referenceTensor(input.data, input.shape);
  const targets = referenceTensor(labels.data, labels.shape);
  const loss = lossesByName[name] as typeof softJaccard;
  const all = mask === undefined ? given : { ...given, mask: referenceTensor(mask.data, mask.shape) };
  const { value, gradients } = valueAndGradient(
    (backend, variable) =>
      loss(backend, variable!, targets, all as SoftJaccardOptions & Masked<ReferenceTensor>),
    [scores],
  );
  // Only now is it known that the shapes fit. A loss never uses a label as an index, so a wrong one did no harm.
  const isBinary = binaryLosses.has(name) || given.multilabel === true;
  // One score per pixel has labels 0 and 1.
  const classCount = isBinary ? 2 : Math.max(2, input.shape[findClassAxis(input.shape, layout)]!);
  checkLabels(labels.data, { classCount, ignoreIndex, mask: mask?.data });
  return { value, gradient: gradients[0]! };
}
