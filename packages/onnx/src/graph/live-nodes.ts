import type { Node } from './node.js';
import type { Value } from './value.js';

/** The nodes that `outputs` depend on, in the order of creation, which is topological. */
export function liveNodes(outputs: readonly Value[]): readonly Node[] {
  const live = new Set<Node>();
  const pending = outputs.flatMap((output) => (output.producer === undefined ? [] : [output.producer]));
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (live.has(node)) continue;
    live.add(node);
    for (const input of node.inputs) if (input?.producer !== undefined) pending.push(input.producer);
  }
  return [...live].sort((a, b) => a.output().id - b.output().id);
}

/** The values that nodes or the outputs of a graph read. */
export function readValues(nodes: readonly Node[], outputs: readonly Value[]): ReadonlySet<Value> {
  const read = new Set(outputs);
  for (const { inputs } of nodes) {
    for (const input of inputs) if (input !== undefined) read.add(input);
  }
  return read;
}
