import type { Window } from './window.js';

/** A convolution of an image [N, C, …inputs] by a kernel [K, C/g, …window.kernel] to [N, K, …window.outputs]. */
export interface Convolution {
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly group: number;
  readonly inputs: readonly number[];
  readonly window: Window;
}

const isOne = (length: number): boolean => length === 1;

export const isUnstrided = ({ window }: Convolution): boolean => window.strides.every(isOne);

export const isUndilated = ({ window }: Convolution): boolean => window.dilations.every(isOne);

export const hasOneTap = ({ window }: Convolution): boolean => window.kernel.every(isOne);

const isUnpadded = ({ window }: Convolution): boolean =>
  [...window.before, ...window.after].every((pad) => pad === 0);

/** Every result is a product with what lies at its own place. */
export const isPointwise = (of: Convolution): boolean => hasOneTap(of) && isUnstrided(of) && isUnpadded(of);

/** How far a window reaches along each spatial axis. */
export function extentsOf({ kernel, dilations }: Window): readonly number[] {
  return kernel.map((length, axis) => dilations[axis]! * (length - 1) + 1);
}
