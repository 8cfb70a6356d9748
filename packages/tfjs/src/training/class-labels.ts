import { argMax, max, reshape, squeeze, type Tensor } from '@tensorflow/tfjs-core';

/** How labels come to a model. */
export interface LabelEncoding {
  /**
   * `one-hot`, the default: of the shape of the output; a pixel that is 0 in every class is left out. `sparse`: class ids,
   * `[images, ...]` or `[images, ..., 1]`, which `model.fit` takes for outputs of one channel only.
   */
  readonly labels?: 'one-hot' | 'sparse' | undefined;
}

/** @throws TypeError for another encoding. */
export function checkEncoding(labels: unknown): void {
  if (labels === undefined || labels === 'one-hot' || labels === 'sparse') return;
  throw new TypeError(`labels is ${JSON.stringify(labels)}; expected "one-hot" or "sparse"`);
}

/**
 * Class ids of labels, and which pixels count.
 *
 * @param output whose shape the labels have, with its classes last.
 * @throws RangeError when shapes do not fit.
 */
export function classLabels(
  labels: Tensor,
  output: Tensor,
  encoding: LabelEncoding['labels'] = 'one-hot',
): { readonly ids: Tensor; readonly mask: Tensor | undefined } {
  const pixels = output.shape.slice(0, -1);
  const text = `labels of shape [${labels.shape.join(', ')}] for an output of shape [${output.shape.join(', ')}]`;
  if (encoding === 'sparse') {
    const isColumn = labels.rank === output.rank && labels.shape.at(-1) === 1;
    const ids = isColumn ? squeeze(labels, [labels.rank - 1]) : labels;
    if (String(ids.shape) !== String(pixels)) {
      throw new RangeError(`${text}; expected class ids of shape [${pixels.join(', ')}]`);
    }
    return { ids, mask: undefined };
  }
  if (String(labels.shape) !== String(output.shape)) {
    throw new RangeError(`${text}; expected the same, one-hot`);
  }
  // 1, or 0 where nothing is marked; what is no one-hot code is no mask either.
  return { ids: reshape(argMax(labels, -1), pixels), mask: reshape(max(labels, -1), pixels) };
}
