import type { Rewriting } from '../profile.js';
import { kernelLimits } from '../../providers/kernel-limits.js';

/** Split into many parts, such as that of the vector of all parameters. */
export const splitBySlicing: Rewriting = {
  operator: 'Split',
  reason: 'one shader writes all parts, and may bind eight buffers',
  rewrite: ({ graph, node, inputs: [x], isRead }) => {
    if (kernelLimits.webgpu['Split']!(node, isRead) === undefined) return undefined;
    const axis = node.int('axis') < 0 ? node.int('axis') + x!.rank : node.int('axis');
    let start = 0;
    return node.outputs.map(({ shape }) => {
      const [from, to] = [start, start + shape[axis]!];
      start = to;
      return graph.slice(x!, { starts: [from], ends: [to], axes: [axis] });
    });
  },
};
