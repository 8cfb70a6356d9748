import type { GraphWriter } from '../../graph/graph-writer.js';
import { numbersOf, tensorOf } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { dataTypeNumbers } from '../../graph/data-type.js';
import { kernelTables } from '../../providers/kernel-tables.js';
import { operatorSignatures } from '../../providers/operator-signatures.js';
import type { Rewriting } from '../profile.js';

/**
 * Arithmetic of int64 in int32. Places and counts within one tensor fit, as no GPU buffer holds 2³¹ entries. What needs
 * int64 by the specification (the indices of GatherND, say) is cast back.
 */
export const integersOf32Bits: Rewriting = {
  reason: 'the kernels know int64 as indices only',
  rewrite: ({ graph, node, inputs }) => {
    if (node.operator.name === 'Cast') {
      if (node.int('to') !== dataTypeNumbers.int64) return undefined;
      return [inputs[0]!.dataType === 'int64' ? inputs[0]! : graph.cast(inputs[0]!, 'int32')];
    }
    const signature = operatorSignatures[node.operator.name];
    const kernels = kernelTables.webgpu[node.operator.name];
    if (signature === undefined || kernels === undefined) return undefined;
    const variableAt = (position: number): string =>
      (signature.inputs[position] ?? signature.inputs.at(-1)!).replace('...', '');
    const takes = (variable: string, type: string): boolean =>
      kernels.some((kernel) => kernel[variable]?.split(' ').includes(type) === true);
    const wide = node.inputs.flatMap((input, position) => (input?.dataType === 'int64' ? [position] : []));
    const narrowed = new Set(
      wide
        .filter((position) => inputs[position]!.dataType === 'int32' || !takes(variableAt(position), 'int64'))
        .map(variableAt)
        .filter((variable) => takes(variable, 'int32')),
    );
    const operands = inputs.map((input, position) => {
      if (!wide.includes(position)) return input;
      return narrowed.has(variableAt(position)) ? narrow(graph, input!) : widen(graph, input!);
    });
    if (operands.every((operand, position) => operand === inputs[position])) return undefined;
    return graph.apply(node.operator, operands, node.attributes, { name: node.name });
  },
};

function narrow(graph: GraphWriter, x: Value): Value {
  if (x.dataType === 'int32') return x;
  if (x.constant === undefined) return graph.cast(x, 'int32');
  return graph.constantTensor(tensorOf('int32', x.shape, numbersOf(x.constant)));
}

const widen = (graph: GraphWriter, x: Value): Value => (x.dataType === 'int64' ? x : graph.cast(x, 'int64'));
