import type {
  CombinedOptions,
  CrossEntropyOptions,
  HingeOptions,
  LovaszHingeOptions,
  LovaszSigmoidOptions,
  LovaszSoftmaxOptions,
  SoftJaccardOptions,
} from '@lovasz/core';
import { lossNamed, type TensorLoss } from './loss-named.js';

/**
 * The Lovász-Softmax loss: the mean over classes of the Lovász extension of the Jaccard loss (Eq. 13).
 *
 * Formula, shapes and options are those of `lovaszSoftmax` in `@lovasz/core`, but that classes come last by default. It is
 * differentiable to the logits, once; not to labels and mask.
 *
 * @param logits float32, `[images, ..., classes]` or `[points, classes]`; with `layout: 'channels-first'`
 *   `[images, classes, ...]`.
 * @param labels class ids, int32, float32 or bool, of the shape of the logits without classes.
 * @returns a scalar; by `reduction: 'none'` the loss of each class.
 * @throws TypeError for an argument that is no tensor, of another dtype, or an unknown option.
 * @throws RangeError when shapes do not fit; where kernels compute, for labels that are no class and logits that are not
 *   finite.
 * @throws Error for a tensor that has been disposed of, or a backend of 16 bits. No tensor is left behind by any of these.
 * @example
 * const loss = lovaszSoftmax(tf.tensor2d([[2, -1], [0, 1]]), tf.tensor1d([0, 1], 'int32'));
 * loss.dataSync()[0]; // 0.2135…
 */
export const lovaszSoftmax: TensorLoss<LovaszSoftmaxOptions> = /* @__PURE__ */ lossNamed('lovasz-softmax');

/**
 * The Lovász hinge of binary labels (Eq. 10). See {@link lovaszSoftmax} for tensors and errors.
 *
 * @param logits positive for foreground: `[images, ...]` or `[points]`; multilabel `[images, ..., labels]`.
 * @param labels 0 or 1, of the same shape; that of one class may lack its axis.
 * @example
 * lovaszHinge(tf.tensor1d([2, -1, 0.5]), tf.tensor1d([1, 1, 0], 'int32')).dataSync()[0]; // 1.25
 */
export const lovaszHinge: TensorLoss<LovaszHingeOptions> = /* @__PURE__ */ lossNamed('lovasz-hinge');

/**
 * The Lovász-Softmax loss of the foreground alone, Eq. (12) over a sigmoid. See {@link lovaszHinge} for shapes.
 *
 * @example
 * lovaszSigmoid(tf.tensor1d([2, -1, 0.5]), tf.tensor1d([1, 1, 0], 'int32')).dataSync()[0]; // 0.5090…
 */
export const lovaszSigmoid: TensorLoss<LovaszSigmoidOptions> = /* @__PURE__ */ lossNamed('lovasz-sigmoid');

/**
 * Cross-entropy (Eq. 1). See {@link lovaszSoftmax} for tensors and errors.
 *
 * @example
 * crossEntropy(tf.tensor2d([[2, -1], [0, 1]]), tf.tensor1d([0, 1], 'int32')).dataSync()[0]; // 0.1809…
 */
export const crossEntropy: TensorLoss<CrossEntropyOptions> = /* @__PURE__ */ lossNamed('cross-entropy');

/**
 * The hinge loss max(0, 1 − F·y) of binary labels. See {@link lovaszHinge} for shapes.
 *
 * @example
 * hinge(tf.tensor1d([2, -1, 0.5]), tf.tensor1d([1, 1, 0], 'int32')).dataSync()[0]; // 1.1666…
 */
export const hinge: TensorLoss<HingeOptions> = /* @__PURE__ */ lossNamed('hinge');

/**
 * The soft Jaccard loss 1 − Σ f·y / Σ (f + y − f·y). See {@link lovaszSoftmax} for tensors and errors.
 *
 * @example
 * softJaccard(tf.tensor2d([[2, -1], [0, 1]]), tf.tensor1d([0, 1], 'int32')).dataSync()[0]; // 0.2756…
 */
export const softJaccard: TensorLoss<SoftJaccardOptions> = /* @__PURE__ */ lossNamed('soft-jaccard');

/**
 * A weighted sum of losses on the same classes; by default cross-entropy and Lovász-Softmax. See {@link lovaszSoftmax} for
 * tensors and errors.
 *
 * @example
 * combined(tf.tensor2d([[2, -1], [0, 1]]), tf.tensor1d([0, 1], 'int32')).dataSync()[0]; // 0.3945…
 */
export const combined: TensorLoss<CombinedOptions> = /* @__PURE__ */ lossNamed('combined');
