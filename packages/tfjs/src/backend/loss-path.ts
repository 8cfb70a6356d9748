import type { CombinedOptions, CombinedTerm, LossName } from '@lovasz/core';
import { engine } from '@tensorflow/tfjs-core';
import { termsOf } from '../terms-of.js';

/**
 * By what a loss is computed.
 *
 * - `kernels`: the kernels of `@lovasz/core` on the processor. What lies on a GPU is downloaded, and the gradient uploaded.
 * - `webgpu`: shaders of this package on the buffers of the WebGPU backend; nothing is downloaded.
 * - `terms`: a sum of losses, each by its own path.
 * - `operations`: operations of TensorFlow.js. Of these, the order of pixels by error comes from a shader of this package on
 *   WebGPU, and from a download elsewhere.
 */
export type LossPath = 'kernels' | 'webgpu' | 'terms' | 'operations';

const onWebgpu: readonly string[] = ['lovasz-softmax', 'lovasz-hinge', 'lovasz-sigmoid'];
const ofClasses: readonly string[] = ['cross-entropy', 'lovasz-softmax', 'soft-jaccard'];

/**
 * The path that a call of a loss takes on the backend that is set.
 *
 * | loss                               | cpu, wasm, node | webgl        | webgpu       |
 * | ---------------------------------- | --------------- | ------------ | ------------ |
 * | Lovász losses                      | `kernels`       | `kernels`    | `webgpu`¹    |
 * | cross-entropy, hinge, soft Jaccard | `kernels`       | `operations` | `operations` |
 * | `combined` with a Lovász term      | `kernels`       | `kernels`    | `terms`²     |
 * | `combined` without                 | `kernels`       | `operations` | `terms`²     |
 * | any with `reduction: 'none'`       | `operations`    | `operations` | `operations` |
 *
 * ¹ `operations` with `symmetric`. ² `operations` with terms of each class against the rest. Other backends are taken for
 * such as compute on the processor.
 *
 * @example
 * lossPath('lovasz-softmax'); // 'kernels' on the cpu backend
 */
export function lossPath(name: LossName, options: Readonly<Record<string, unknown>> = {}): LossPath {
  if (options['reduction'] === 'none') return 'operations';
  const terms: readonly (LossName | CombinedTerm)[] =
    name === 'combined'
      ? termsOf(options['terms'] as CombinedOptions['terms']).map(([term]) => term)
      : [name];
  const { backendName } = engine();
  if (backendName === 'webgpu') {
    if (name === 'combined') return terms.every((term) => ofClasses.includes(term)) ? 'terms' : 'operations';
    return onWebgpu.includes(name) && options['symmetric'] !== true ? 'webgpu' : 'operations';
  }
  return backendName === 'webgl' && !terms.some((term) => onWebgpu.includes(term)) ? 'operations' : 'kernels';
}
