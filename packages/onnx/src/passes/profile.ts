import type { GraphWriter } from '../graph/graph-writer.js';
import type { DataType } from '../graph/data-type.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import type { ProviderName } from '../providers/kernel-tables.js';

/** What a graph is written for: providers of ONNX Runtime, and which nodes are replaced for them. */
export interface Profile {
  readonly providers: readonly ProviderName[];
  /** In order: the first one that gives something else for a node is taken. */
  readonly rewritings: readonly Rewriting[];
  /** Nodes that stay though the providers have no kernel for them, so that the CPU's computes them. */
  readonly onCpu: readonly OnCpu[];
}

/** What replaces a node. */
export interface Rewriting {
  /** The operator it is for; for every one when left out. */
  readonly operator?: string;
  /** Why the node does not stay as it is. */
  readonly reason: string;
  /** The outputs that stand for those of the node; `undefined` leaves the node as it is. */
  readonly rewrite: (request: RewriteRequest) => readonly Value[] | undefined;
}

/** What a rewriting is given. */
export interface RewriteRequest {
  /** The new graph. */
  readonly graph: GraphWriter;
  /** The node in the graph that was. */
  readonly node: Node;
  /** Its inputs in the new graph. */
  readonly inputs: readonly (Value | undefined)[];
  /** Whether anything reads that output. */
  isRead(position: number): boolean;
}

/** Nodes that the CPU computes on purpose. */
interface OnCpu {
  readonly operators: readonly string[];
  /** The data type of the first input, where only that one is meant. */
  readonly dataType?: DataType;
  readonly reason: string;
}
