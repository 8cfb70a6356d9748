import { kernelLimits } from '../../providers/kernel-limits.js';
import type { Rewriting } from '../profile.js';

/** Pow of operands that broadcast. */
export const powersOfEqualShapes: Rewriting = {
  operator: 'Pow',
  reason: 'the kernel does not broadcast',
  rewrite: ({ graph, node, inputs: [base, exponent], isRead }) => {
    if (kernelLimits.webgpu['Pow']!(node, isRead) === undefined) return undefined;
    const { shape } = node.output();
    return [graph.power(graph.expand(base!, shape), graph.expand(exponent!, shape))];
  },
};
