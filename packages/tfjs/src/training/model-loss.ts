import { binaryLosses, type LossName } from '@lovasz/core';
import { type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { computeLoss } from '../compute-loss.js';
import type { LossOptionsOf } from '../options.js';
import { checkEncoding, classLabels, type LabelEncoding } from './class-labels.js';

/** Options of {@link modelLoss}: those of the loss without `mask`, `layout` and `reduction`. */
export type ModelLossOptions<Name extends LossName> = Omit<
  LossOptionsOf<Name>,
  'mask' | 'layout' | 'reduction'
> &
  LabelEncoding;

/**
 * A loss for `model.compile`: labels first, then what the model gives, with its classes last.
 *
 * TensorFlow.js writes no loss that is a function into a saved model, and `model.save` with `includeOptimizer` refuses it:
 * compile the model again when it is loaded.
 *
 * @param name the loss, as in `lossesByName` of `@lovasz/core`.
 * @param options of the loss; `input: 'probabilities'` for a model that ends in a softmax or sigmoid. `labels` tells how
 *   labels over classes are encoded; binary and multilabel ones are 0 and 1, of the shape of the output.
 * @returns a function that throws as the loss does.
 * @throws TypeError for a mask, a layout, a reduction, or another encoding.
 * @example
 * model.compile({ optimizer: 'adam', loss: modelLoss('lovasz-softmax', { input: 'probabilities' }) });
 */
export function modelLoss<Name extends LossName>(
  name: Name,
  options: ModelLossOptions<Name> = {} as ModelLossOptions<Name>,
): (labels: Tensor, output: Tensor) => Scalar {
  const { labels: encoding, ...own } = options as LabelEncoding & Readonly<Record<string, unknown>>;
  checkEncoding(encoding);
  for (const taken of ['mask', 'layout', 'reduction']) {
    if (own[taken] !== undefined) throw new TypeError(`${taken} is not an option of a loss for a model`);
  }
  const isBinary = binaryLosses.has(name) || own['multilabel'] === true;
  if (isBinary && encoding !== undefined) {
    throw new TypeError(`labels is "${encoding}" for ${name}, whose labels are 0 and 1`);
  }
  const loss = (labels: Tensor, output: Tensor): Scalar =>
    tidy(() => {
      if (isBinary) {
        const multilabel = own['multilabel'] ?? output.shape.at(-1) !== 1;
        return computeLoss(name, output, labels, { ...own, multilabel } as never) as Scalar;
      }
      const { ids, mask } = classLabels(labels, output, encoding);
      return computeLoss(name, output, ids, {
        ...own,
        ...(mask && { mask }),
      } as LossOptionsOf<Name>) as Scalar;
    });
  return Object.defineProperty(loss, 'name', { value: name });
}
