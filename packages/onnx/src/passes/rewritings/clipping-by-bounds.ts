import type { Rewriting } from '../profile.js';

/** Clip of int32. */
export const clippingByBounds: Rewriting = {
  operator: 'Clip',
  reason: 'no kernel for int32',
  rewrite: ({ graph, inputs: [x, least, most] }) => {
    if (x!.dataType !== 'int32') return undefined;
    const raised = least === undefined ? x! : graph.maximum(x!, least);
    return [most === undefined ? raised : graph.minimum(raised, most)];
  },
};
