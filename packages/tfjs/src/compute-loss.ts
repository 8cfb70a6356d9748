import {
  type CombinedOptions,
  type LossCall,
  lossesByName,
  type LossName,
  type lovaszSoftmax,
  type TensorBackend,
} from '@lovasz/core';
import { add, customGrad, engine, env, mul, scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { lossPath, type LossPath } from './backend/loss-path.js';
import { tensorOperations } from './backend/tensor-operations.js';
import { toFloat } from './backend/to-float.js';
import { checkLabelsNow } from './checks/check-labels.js';
import { checkTensors } from './checks/check-tensors.js';
import { evaluateOnHost } from './evaluate-on-host.js';
import type { LossOptionsOf } from './options.js';
import { termsOf } from './terms-of.js';
import { evaluateOnWebgpu } from './webgpu/evaluate-on-webgpu.js';

/**
 * Computes a loss on the backend that is set, by the way that is its best, see `lossPath`.
 *
 * @throws as the losses.
 */
export function computeLoss<Name extends LossName>(
  name: Name,
  input: Tensor,
  labels: Tensor,
  given: LossOptionsOf<Name>,
): Tensor {
  const options = checkCall(name, input, labels, given);
  const path = lossPath(name, options);
  // Kernels check everything. Before the first operation, which an error would leave on the tape.
  if (given.checked === true && path !== 'kernels') checkLabelsNow(name, input, labels, options);
  const loss = lossesByName[name] as typeof lovaszSoftmax;
  const floats = (x: Tensor): Tensor => (path === 'operations' || path === 'terms' ? toFloat(x) : x);
  const { mask } = options;
  return tidy(() =>
    loss(tensorBackend, input, floats(labels), {
      ...options,
      ...(mask && { mask: floats(mask) }),
    } as object),
  );
}

/** What a path hands a loss over to; the others are made of operations. */
const wholeLosses: Readonly<Record<LossPath, ((call: LossCall<Tensor>) => Tensor) | undefined>> = {
  kernels: (call) => differentiable(call, evaluateNow),
  webgpu: (call) => differentiable(call, evaluateOnWebgpu),
  terms: sumOfTerms,
  operations: undefined,
};

/**
 * The tensor interface as the losses of this package use it: {@link tensorOperations}, with losses handed over as a whole
 * by {@link lossPath}.
 */
export const tensorBackend: TensorBackend<Tensor> = {
  ...tensorOperations,
  wholeLoss: (call) => wholeLosses[lossPath(call.name, call.options)]?.(call),
};

/** The options of a call, with the default layout of TensorFlow.js. */
type Settled = Readonly<Record<string, unknown>> & { readonly mask?: Tensor | undefined };

/**
 * Checks arguments and backend before anything is computed.
 *
 * @returns the options of the loss itself.
 */
export function checkCall(
  name: LossName,
  input: unknown,
  labels: unknown,
  { checked, ...options }: LossOptionsOf<LossName>,
): Settled {
  if (checked !== undefined && typeof checked !== 'boolean') {
    throw new TypeError(`checked is ${JSON.stringify(checked)}; expected a boolean`);
  }
  const { mask } = options;
  const kind = 'input' in options && options.input === 'probabilities' ? 'probabilities' : 'logits';
  checkTensors({ [kind]: input }, { labels, ...(mask !== undefined && { mask }) });
  // Weights of single pixels are too small for 16 bits. WebGL's own answer is 16 also where it has 32.
  const { backend, backendName } = engine();
  const isHalf =
    backendName === 'webgl'
      ? !env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')
      : backend.floatPrecision() === 16;
  if (isHalf) {
    throw new Error(`${name}: backend "${backendName}" computes in 16 bits here; losses need 32`);
  }
  return { ...options, layout: options.layout ?? 'channels-last' };
}

/** The value of a loss and its gradient to the scores. */
export interface Evaluated {
  readonly value: Tensor;
  readonly gradient: Tensor;
}

/** A value whose gradient is known, as TensorFlow.js differentiates it. */
function differentiable(call: LossCall<Tensor>, evaluate: (call: LossCall<Tensor>) => Evaluated): Tensor {
  return customGrad((x, save) => {
    const { value, gradient } = evaluate({ ...call, input: x as Tensor });
    (save as (tensors: Tensor[]) => void)([gradient]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(dy, onlyOnce(call.name, saved[0]!, x as Tensor)),
    };
  })(call.input);
}

/** The gradient, whose own derivative is refused: it would silently be 0. */
function onlyOnce(name: LossName, gradient: Tensor, input: Tensor): Tensor {
  return customGrad(() => ({
    value: gradient.clone(),
    gradFunc: () => {
      throw new Error(`${name} has a first derivative only; its gradient cannot be differentiated`);
    },
  }))(input);
}

/** By the kernels, with the data that they need downloaded now. */
function evaluateNow(call: LossCall<Tensor>): Evaluated {
  const { value, gradient } = evaluateOnHost(call, (x) => x.dataSync());
  return { value: scalar(value), gradient };
}

/** `combined` as a sum of losses, each by its own path. */
function sumOfTerms({ input, labels, mask, options }: LossCall<Tensor>): Tensor {
  const { terms, classes, perImage, ...ofPixels } = options;
  return termsOf(terms as CombinedOptions['terms'])
    .map(([name, factor]) => {
      const own = { ...ofPixels, mask, ...(name !== 'cross-entropy' && { classes, perImage }) };
      const loss = lossesByName[name as LossName] as typeof lovaszSoftmax;
      return mul(loss(tensorBackend, input, labels, own as object), factor);
    })
    .reduce((total, term) => add(total, term));
}
