import type { Lifting } from './lifting.js';

/** In set 6, the slope of PRelu is one number or a vector over the channels, wherever it would broadcast. */
export const slopePerChannel: Lifting = {
  operators: ['PRelu'],
  opsets: [1, 6],
  lift: (graph, node) => {
    const [x, slope] = node.inputs;
    if (x === undefined || slope?.rank !== 1 || slope.shape[0] === 1) return node;
    return {
      ...node,
      inputs: [x, graph.reshape(slope, [slope.shape[0]!, ...new Array<number>(x.rank - 2).fill(1)])],
    };
  },
};
