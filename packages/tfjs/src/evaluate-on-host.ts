import { kernelLoss, type KernelOptions, type LossCall, type LossName } from '@lovasz/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/**
 * Computes a loss by the kernels of `@lovasz/core`.
 *
 * @param read the data of a tensor.
 * @returns the value, and the gradient uploaded.
 * @throws RangeError or TypeError as `kernelLoss`: for labels that are no class, logits that are not finite, shapes that do
 *   not fit.
 */
export function evaluateOnHost(
  { name, input, labels, mask, options }: LossCall<Tensor>,
  read: (x: Tensor) => ArrayLike<number>,
): { readonly value: number; readonly gradient: Tensor } {
  const arrayOf = (x: Tensor) => ({ data: read(x), shape: x.shape });
  const scores = { data: read(input) as Float32Array, shape: input.shape };
  const { value, gradient } = kernelLoss(name, scores, arrayOf(labels), {
    ...options,
    ...(mask && { mask: arrayOf(mask) }),
  } as KernelOptions<LossName>);
  return { value, gradient: tensor(gradient.data, input.shape, 'float32') };
}
