import type { TensorBackend } from '@lovasz/core';

/**
 * Watches which constants a loss compares labels with: the classes, and the label of ignored pixels. A label that is
 * neither a class nor among them means nothing to the loss.
 *
 * @param backend what the loss is to be written by.
 * @param labels the labels that the loss is given. What they become by moving data, or by a mask, is watched too.
 * @returns the backend to give to the loss instead, and the constants, complete when the loss is written.
 * @example
 * const { watching, compared } = watchLabels(backend, labels);
 * crossEntropy(watching, logits, labels, { ignoreIndex: 255 });
 * compared.has(255); // true
 */
export function watchLabels<T extends object>(
  backend: TensorBackend<T>,
  labels: T,
): { readonly watching: TensorBackend<T>; readonly compared: ReadonlySet<number> } {
  const compared = new Set<number>();
  const constants = new WeakMap<T, readonly number[]>();
  const moved = new WeakSet<T>([labels]);
  /** Labels stay labels. */
  const follow = (from: readonly T[], to: T): T => {
    if (from.some((value) => moved.has(value))) moved.add(to);
    return to;
  };
  const watching: TensorBackend<T> = {
    ...backend,
    constant: (values, shape) => {
      const value = backend.constant(values, shape);
      constants.set(value, typeof values === 'number' ? [values] : Array.from(values));
      return value;
    },
    equal: (a, b) => {
      const other = moved.has(a) ? b : moved.has(b) ? a : undefined;
      for (const label of (other && constants.get(other)) ?? []) compared.add(label);
      return backend.equal(a, b);
    },
    where: (condition, a, b) => follow([a, b], backend.where(condition, a, b)),
    reshape: (x, shape) => follow([x], backend.reshape(x, shape)),
    transpose: (x, permutation) => follow([x], backend.transpose(x, permutation)),
    stopGradient: (x) => follow([x], backend.stopGradient(x)),
  };
  return { watching, compared };
}
