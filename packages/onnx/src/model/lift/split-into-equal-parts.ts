import { changeAttributes, type Lifting } from './lifting.js';

/** Before set 18, the number of equal parts followed from the number of outputs. */
export const splitIntoEqualParts: Lifting = {
  operators: ['Split'],
  opsets: [1, 17],
  lift: (_, node) =>
    node.inputs[1] === undefined ? changeAttributes(node, [], { num_outputs: node.outputCount }) : node,
};
