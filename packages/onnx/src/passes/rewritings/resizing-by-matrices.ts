import { resizeByMatrices } from '../../operators/resizing.js';
import type { Rewriting } from '../profile.js';

/** Resize with antialias: one matrix for each axis. */
export const resizingByMatrices: Rewriting = {
  operator: 'Resize',
  reason: 'the kernel has no antialias',
  rewrite: ({ graph, node, inputs: [x] }) =>
    node.int('antialias') === 1 ? [resizeByMatrices(graph, node, x!)] : undefined,
};
