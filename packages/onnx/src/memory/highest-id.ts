import type { Node } from '../graph/node.js';

/** The highest id of a value that nodes read or write: tables by id are made that long at once, which is fast. */
export function highestId(nodes: readonly Node[]): number {
  let highest = -1;
  for (const { inputs, outputs } of nodes) {
    for (const input of inputs) if (input !== undefined && input.id > highest) highest = input.id;
    for (const { id } of outputs) if (id > highest) highest = id;
  }
  return highest;
}
