import { sizeOf } from '../../graph/tensor.js';
import type { Rewriting } from '../profile.js';

/** MaxUnpool puts each entry at its place in a tensor of zeros. */
export const unpoolingByScattering: Rewriting = {
  operator: 'MaxUnpool',
  reason: 'no kernel',
  rewrite: ({ graph, node, inputs: [x, places] }) => {
    const { shape, dataType } = node.output();
    const zeros = graph.expand(graph.constant(0, [], dataType), [sizeOf(shape)]);
    const operands = [zeros, graph.reshape(places!, [-1]), graph.reshape(x!, [-1])];
    return [graph.reshape(graph.only('ScatterElements', operands, { axis: 0 }), shape)];
  },
};
