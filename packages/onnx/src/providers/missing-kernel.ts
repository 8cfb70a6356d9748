import type { DataType } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { kernelLimits } from './kernel-limits.js';
import { kernelTables, type ProviderName } from './kernel-tables.js';
import { operatorSignatures } from './operator-signatures.js';

/**
 * Why a provider cannot compute a node, or `undefined` when it can. Where it has no kernel, ONNX Runtime gives the node to
 * its CPU provider and copies what it reads and writes; where a kernel cannot do all, running fails or is wrong.
 *
 * @param isRead whether anything reads that output of the node.
 */
export function missingKernel(
  node: Node,
  provider: ProviderName,
  isRead: (position: number) => boolean,
): string | undefined {
  const name = node.operator.writtenAs ?? node.operator.name;
  const signature = operatorSignatures[name];
  const kernels = kernelTables[provider][name];
  if (signature === undefined || kernels === undefined) return `${name}: no kernel`;
  const types = new Map<string, Set<DataType>>();
  const note = (parameters: readonly string[], values: readonly (Value | undefined)[]): void => {
    values.forEach((value, place) => {
      const variable = (parameters[place] ?? parameters.at(-1)!).replace('...', '');
      if (value !== undefined) types.set(variable, (types.get(variable) ?? new Set()).add(value.dataType));
    });
  };
  note(signature.inputs, node.inputs);
  note(signature.outputs, node.outputs);
  const taken = kernels.some((kernel) =>
    Object.entries(kernel).every(([variable, allowed]) =>
      [...(types.get(variable) ?? [])].every((type) => allowed.split(' ').includes(type)),
    ),
  );
  if (!taken)
    return `${name}: no kernel for ${[...types].map(([variable, given]) => `${variable} ${[...given].join(', ')}`).join('; ')}`;
  const limit = kernelLimits[provider][name]?.(node, isRead);
  return limit === undefined ? undefined : `${name}: the kernel ${limit}`;
}
