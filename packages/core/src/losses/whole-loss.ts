import type { LossName } from '../backend/loss-call.js';
import { interfaceVersion, type TensorBackend } from '../backend/tensor-backend.js';
import type { Masked, ReductionOptions } from './options.js';

/**
 * Asks the backend to compute a loss as a whole, which it may if the result is a scalar.
 *
 * @returns the loss, or undefined where it is to be made of the operations of the backend.
 * @throws TypeError when the backend was written for another version of the tensor interface.
 */
export function wholeLoss<T>(
  backend: TensorBackend<T>,
  name: LossName,
  input: T,
  labels: T,
  { mask, reduction, ...options }: ReductionOptions & Masked<T>,
): T | undefined {
  const { interfaceVersion: version, name: backendName } = backend.capabilities;
  if (version !== interfaceVersion) {
    throw new TypeError(
      `backend "${backendName}" has version ${version} of the tensor interface; expected ${interfaceVersion}`,
    );
  }
  if (reduction === 'none') return undefined;
  return backend.wholeLoss?.({ name, input, labels, mask, options });
}
