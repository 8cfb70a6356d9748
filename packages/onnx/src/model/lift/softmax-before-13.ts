import { OnnxError } from '../../graph/onnx-error.js';
import { sizeOf } from '../../graph/tensor.js';
import { changeAttributes, type Lifting } from './lifting.js';

/**
 * Before set 13, Softmax normalized over all axes from `axis` on (1 when left out): the tensor was seen as a matrix. The
 * result keeps that matrix's rows; `restore` gives them the old shape.
 */
export const softmaxBefore13: Lifting = {
  operators: ['Softmax', 'LogSoftmax', 'Hardmax'],
  opsets: [1, 12],
  lift: (graph, node) => {
    const x = node.inputs[0];
    if (x === undefined)
      throw new OnnxError('input 0 is missing', { operator: node.operator, node: node.name });
    const given = (node.attributes['axis'] as number | undefined) ?? 1;
    const axis = given < 0 ? given + x.rank : given;
    // With one axis to normalize over, both semantics are the same.
    if (sizeOf(x.shape.slice(axis + 1)) === 1 && axis < x.rank) return changeAttributes(node, [], { axis });
    return {
      ...changeAttributes(node, [], { axis: -1 }),
      inputs: [graph.reshape(x, [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))])],
      restore: ([y]) => [graph.reshape(y!, x.shape)],
    };
  },
};
