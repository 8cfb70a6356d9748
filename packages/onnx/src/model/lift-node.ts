import type { GraphBuilder } from '../builder/graph-builder.js';
import type { ImportedNode } from './import-model.js';

/** Reductions whose axes became an input with opset 18; ReduceSum's did so with 13. */
const reductionsLiftedBy18 = new Set([
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'ReduceProd',
  'ReduceSumSquare',
]);

/** The node as opset 18 writes it. */
export function liftNode(graph: GraphBuilder, node: ImportedNode, opset: number): ImportedNode {
  if (opset < 18 && reductionsLiftedBy18.has(node.operator)) {
    const { axes, ...attributes } = node.attributes;
    if (axes === undefined) return node;
    return { ...node, attributes, inputs: [node.inputs[0], graph.integers(axes as readonly number[])] };
  }
  // Before 18, parts of equal length followed from the number of outputs.
  if (opset < 18 && node.operator === 'Split' && node.inputs[1] === undefined) {
    return { ...node, attributes: { ...node.attributes, num_outputs: node.outputCount } };
  }
  return node;
}
