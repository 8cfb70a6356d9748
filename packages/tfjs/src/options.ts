import type { LossName, LossOptions, Masked } from '@lovasz/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What every loss on tensors takes beside its options in `@lovasz/core`. */
export interface TensorOptions extends Masked<Tensor> {
  /**
   * Whether labels and mask are checked. Where kernels compute the loss they always are, and logits too; elsewhere true
   * checks labels and mask by a download that blocks, and is refused on WebGPU: `await checkLabels(…)` there. Default
   * false.
   */
  readonly checked?: boolean | undefined;
}

/** Options of a loss of `@lovasz/core` on tensors. The default of `layout` is `channels-last`. */
export type OnTensors<Options> = Options & TensorOptions;

/** The options of the loss of that name. */
export type LossOptionsOf<Name extends LossName> = OnTensors<LossOptions<Name>>;
