import type { Node } from '../ir/node.js';
import { sizeOf } from '../ir/tensor.js';

/**
 * How many multiplications, each with its addition, a node does: of the convolutions and matrix products, which are
 * nearly all of a network's. (Gemm and Einsum have become matrix products when a model is read.) Other operators count
 * as 0.
 */
export function multiplyAdds(node: Node): number {
  switch (node.operator.name) {
    case 'Conv':
      // Each output is a sum over the window and the channels of its group.
      return sizeOf(node.output().shape) * sizeOf(node.input(1).shape.slice(1));
    case 'ConvTranspose':
      // Each input is spread over the window and the filters of its group.
      return sizeOf(node.input(0).shape) * sizeOf(node.input(1).shape.slice(1));
    case 'MatMul':
      return sizeOf(node.output().shape) * node.input(0).shape.at(-1)!;
    default:
      return 0;
  }
}
