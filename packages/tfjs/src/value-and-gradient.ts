import type { LossName } from '@lovasz/core';
import { type Tensor, valueAndGrad } from '@tensorflow/tfjs-core';
import { lossPath } from './backend/loss-path.js';
import { checkCall, computeLoss } from './compute-loss.js';
import { evaluateOnHost } from './evaluate-on-host.js';
import type { LossOptionsOf } from './options.js';

/**
 * The value of a loss and its gradient to the scores, with downloads that do not block: on WebGL the loss of a call in a
 * step of training makes the page wait for the GPU, this does not.
 *
 * @param name the loss, as in `lossesByName` of `@lovasz/core`.
 * @param options those of the loss; `reduction: 'none'` has no gradient.
 * @returns the value, and the gradient as a tensor that the caller disposes of.
 * @throws as the loss; the promise is rejected.
 * @example
 * // A step with a model of your own: the forward pass is done twice, and nothing blocks.
 * const forward = () => model.apply(images, { training: true });
 * const logits = tf.tidy(forward);
 * const { value, gradient } = await valueAndGradient('lovasz-softmax', logits, labels);
 * optimizer.minimize(() => tf.sum(tf.mul(forward(), gradient)));
 * tf.dispose([logits, gradient]);
 */
export async function valueAndGradient<Name extends LossName>(
  name: Name,
  input: Tensor,
  labels: Tensor,
  given: LossOptionsOf<Name> = {} as LossOptionsOf<Name>,
): Promise<{ readonly value: number; readonly gradient: Tensor }> {
  const options = checkCall(name, input, labels, given);
  if (options['reduction'] === 'none') {
    throw new TypeError('reduction is "none"; a gradient is that of one number, expected "mean"');
  }
  if (lossPath(name, options) !== 'kernels') {
    const { value, grad } = valueAndGrad((x) => computeLoss(name, x, labels, given))(input);
    const [number] = await value.data();
    value.dispose();
    return { value: number!, gradient: grad };
  }
  const { mask, ...others } = options;
  const tensors = [input, labels, ...(mask ? [mask] : [])];
  const data = await Promise.all(tensors.map((each) => each.data()));
  return evaluateOnHost(
    { name, input, labels, mask, options: others },
    (x) => data[tensors.indexOf(x)] as ArrayLike<number>,
  );
}
