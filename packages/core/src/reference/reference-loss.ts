import { checkLabels } from '../checks/check-labels.js';
import { checkScores } from '../checks/check-scores.js';
import { binaryLosses, type LossName, type LossOptions, lossesByName } from '../losses/losses-by-name.js';
import type { LovaszSigmoidOptions } from '../losses/lovasz-sigmoid.js';
import type { lovaszSoftmax, LovaszSoftmaxOptions } from '../losses/lovasz-softmax.js';
import { findClassAxis } from '../losses/problems.js';
import { type ReferenceTensor, referenceTensor } from './reference-tensor.js';
import { valueAndGradient } from './value-and-gradient.js';

/** Plain numbers and their shape. */
export interface Values {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/**
 * A loss and its gradient on plain arrays in float64, with every value checked.
 *
 * @param name the loss.
 * @param input logits, or probabilities if the options say so.
 * @param labels as the loss wants them.
 * @param options those of the loss.
 * @returns the value, and the gradient to the input, of its shape.
 * @throws RangeError for labels that are neither a class nor `ignoreIndex`, logits that are not finite, probabilities
 *   outside 0…1, and all that the loss itself refuses.
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
  options?: LossOptions<Name>,
): { readonly value: number; readonly gradient: ReferenceTensor } {
  if (!Object.hasOwn(lossesByName, name)) {
    throw new TypeError(`unknown loss "${name}"; accepted: ${Object.keys(lossesByName).join(', ')}`);
  }
  const { input: kind, ignoreIndex, layout }: LovaszSigmoidOptions = options ?? {};
  checkScores(input.data, kind === 'probabilities' ? kind : 'logits');

  const scores = referenceTensor(input.data, input.shape);
  const targets = referenceTensor(labels.data, labels.shape);
  const loss = lossesByName[name] as typeof lovaszSoftmax;
  const { value, gradients } = valueAndGradient(
    (backend, variable) => loss(backend, variable!, targets, options as LovaszSoftmaxOptions),
    [scores],
  );
  // Only now is it known that the shapes fit. A loss never uses a label as an index, so a wrong one did no harm.
  const numberOfClasses = binaryLosses.has(name) ? 2 : input.shape[findClassAxis(input.shape, layout)]!;
  checkLabels(labels.data, { numberOfClasses, ignoreIndex });
  return { value, gradient: gradients[0]! };
}
