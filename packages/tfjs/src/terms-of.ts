import type { CombinedOptions, CombinedTerm } from '@lovasz/core';

/** The terms of `combined` that have a positive factor, not checked. */
export function termsOf(
  terms: CombinedOptions['terms'] = { 'cross-entropy': 1, 'lovasz-softmax': 1 },
): [CombinedTerm, number][] {
  return (Object.entries(terms ?? {}) as [CombinedTerm, number][]).filter(([, factor]) => factor > 0);
}
