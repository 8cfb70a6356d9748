import { binaryLosses, checkLabels as checkValues, checkMask, type LossName } from '@lovasz/core';
import { engine, type Tensor } from '@tensorflow/tfjs-core';
import { checkTensors } from './check-tensors.js';

/** What labels may be. */
export interface LabelOptions {
  /** The number of classes, whose ids are 0…C−1; 2 for binary labels. */
  readonly classCount: number;
  /** The label of pixels that are left out. */
  readonly ignoreIndex?: number | undefined;
  /** 0 at pixels whose label may be anything, and 1 at the others. */
  readonly mask?: Tensor | undefined;
}

/**
 * Checks that every label is a class or the ignored one, without blocking: for backends where a loss reads nothing.
 *
 * @throws RangeError that names each wrong value and how many pixels hold it, or a mask that is not 0 and 1.
 * @throws TypeError for what is no tensor or has another dtype; Error for a tensor that has been disposed of.
 * @example
 * await checkLabels(tf.tensor1d([0, 5, 255], 'int32'), { classCount: 6, ignoreIndex: 255 });
 */
export async function checkLabels(labels: Tensor, options: LabelOptions): Promise<void> {
  const { classCount, ignoreIndex, mask } = options;
  checkTensors({}, { labels, ...(mask !== undefined && { mask }) });
  if (mask !== undefined && String(mask.shape) !== String(labels.shape)) {
    throw new RangeError(`mask of shape [${mask.shape}] for labels of shape [${labels.shape}]`);
  }
  const [values, masked] = await Promise.all([labels.data(), mask?.data()]);
  if (masked !== undefined) checkMask(masked);
  checkValues(values, { classCount, ignoreIndex, mask: masked });
}

/**
 * Checks the labels of a call of a loss at once.
 *
 * @throws RangeError as {@link checkLabels}; Error on WebGPU, which cannot be read at once.
 */
export function checkLabelsNow(
  name: LossName,
  input: Tensor,
  labels: Tensor,
  options: Readonly<Record<string, unknown>> & { readonly mask?: Tensor | undefined },
): void {
  if (engine().backendName === 'webgpu') {
    throw new Error(
      'checked is true, and WebGPU cannot be read at once; call "await checkLabels(…)" before the loss',
    );
  }
  const { ignoreIndex, mask, multilabel, layout } = options;
  const isBinary = binaryLosses.has(name) || multilabel === true;
  const classCount = isBinary ? 2 : input.shape[layout === 'channels-first' ? 1 : input.rank - 1];
  // Scores without classes are refused by the loss.
  if (classCount === undefined) return;
  const masked = mask?.dataSync();
  if (masked !== undefined) checkMask(masked);
  checkValues(labels.dataSync(), {
    classCount,
    ignoreIndex: ignoreIndex as number | undefined,
    mask: masked,
  });
}
