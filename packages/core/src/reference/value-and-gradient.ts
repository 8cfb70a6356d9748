import type { TensorBackend } from '../backend/tensor-backend.js';
import { referenceBackend } from './reference-backend.js';
import type { ReferenceTensor } from './reference-tensor.js';

/**
 * The value of a scalar function and its gradient to each input, by reverse-mode differentiation in float64.
 *
 * @param loss a function of the inputs, written over the tensor interface, that returns one number.
 * @param inputs the tensors to differentiate for.
 * @returns the value, and one gradient per input, of its shape.
 * @throws RangeError when the function returns more than one number.
 * @example
 * const { value, gradients } = valueAndGradient(
 *   (backend, x) => backend.sum(backend.multiply(x!, x!), [0]),
 *   [referenceTensor([1, 2, 3])],
 * ); // 14; [2, 4, 6]
 */
export function valueAndGradient(
  loss: (backend: TensorBackend<ReferenceTensor>, ...inputs: ReferenceTensor[]) => ReferenceTensor,
  inputs: readonly ReferenceTensor[],
): { readonly value: number; readonly gradients: readonly ReferenceTensor[] } {
  const variables = inputs.map(({ shape, data }): ReferenceTensor => ({ shape, data }));
  const result = loss(referenceBackend, ...variables);
  if (result.data.length !== 1) {
    throw new RangeError(`loss returned shape [${result.shape.join(', ')}]; expected a scalar`);
  }

  const gradients = new Map<ReferenceTensor, Float64Array>([[result, Float64Array.of(1)]]);
  for (const tensor of dependentsFirst(result)) {
    const { derivation } = tensor;
    const gradient = gradients.get(tensor);
    if (derivation === undefined || gradient === undefined) continue;
    derivation.backward(gradient).forEach((share, index) => {
      const operand = derivation.operands[index]!;
      const sum = gradients.get(operand);
      gradients.set(operand, sum === undefined ? share : sum.map((entry, i) => entry + share[i]!));
    });
  }
  return {
    value: result.data[0]!,
    gradients: variables.map((variable) => ({
      shape: variable.shape,
      data: gradients.get(variable) ?? new Float64Array(variable.data.length),
    })),
  };
}

/** All that a tensor was computed from, each before its operands. */
function dependentsFirst(result: ReferenceTensor): readonly ReferenceTensor[] {
  const order: ReferenceTensor[] = [];
  const visited = new Set<ReferenceTensor>();
  const visit = (tensor: ReferenceTensor): void => {
    if (visited.has(tensor)) return;
    visited.add(tensor);
    tensor.derivation?.operands.forEach(visit);
    order.push(tensor);
  };
  visit(result);
  return order.reverse();
}
