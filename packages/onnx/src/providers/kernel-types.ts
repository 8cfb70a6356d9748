import type { DataType } from '../graph/data-type.js';
import { kernelTables, type ProviderName } from './kernel-tables.js';
import { operatorSignatures } from './operator-signatures.js';

/**
 * The data types of an operator's first input (or of its output, if it has no input) for which a provider of ONNX Runtime
 * 1.30 has a kernel in operator set 18. Empty where it has none.
 *
 * @param operator a name in the domain `ai.onnx`.
 *
 * @example
 * kernelTypes('Sign', 'webgpu'); // []
 * kernelTypes('Add', 'webgpu'); // ['float32', 'int32']
 */
export function kernelTypes(operator: string, provider: ProviderName): readonly DataType[] {
  const signature = operatorSignatures[operator];
  const kernels = kernelTables[provider][operator];
  if (signature === undefined || kernels === undefined) return [];
  const variable = [...signature.inputs, ...signature.outputs][0]!.replace('...', '');
  // A type that is no variable is the only one.
  const types = kernels.flatMap((kernel) => (kernel[variable] ?? variable).split(' ') as DataType[]);
  return [...new Set(types)];
}
