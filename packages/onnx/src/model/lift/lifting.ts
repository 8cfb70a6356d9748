import type { GraphWriter } from '../../graph/graph-writer.js';
import type { ImportedNode } from '../imported-node.js';

/** One difference between an operator of another set and that of set 18. */
export interface Lifting {
  readonly operators: readonly string[];
  /** The operator sets in which the node was written the other way: from … up to and including … */
  readonly opsets: readonly [from: number, to: number];
  /** The node as set 18 writes it. */
  lift(graph: GraphWriter, node: ImportedNode): ImportedNode;
}

/** The node without some of its attributes, and with others added. */
export function changeAttributes(
  node: ImportedNode,
  dropped: readonly string[],
  added: ImportedNode['attributes'] = {},
): ImportedNode {
  const kept = Object.entries(node.attributes).filter(([name]) => !dropped.includes(name));
  return { ...node, attributes: { ...Object.fromEntries(kept), ...added } };
}
