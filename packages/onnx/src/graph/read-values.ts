import type { Node } from './node.js';
import type { Value } from './value.js';

/** The values that nodes or the outputs of a graph read. */
export function readValues(nodes: readonly Node[], outputs: readonly Value[]): ReadonlySet<Value> {
  const read = new Set(outputs);
  for (const { inputs } of nodes) {
    for (const input of inputs) if (input !== undefined) read.add(input);
  }
  return read;
}
