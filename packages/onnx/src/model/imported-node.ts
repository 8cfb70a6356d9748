import type { AttributeValue } from '../graph/attributes.js';
import type { Value } from '../graph/value.js';

/** A node as it stands in the file, with its inputs already in the graph. */
export interface ImportedNode {
  readonly operator: string;
  readonly name: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  /** How many outputs the file names. */
  readonly outputCount: number;
  /** Turns the outputs of a lifted node into those of the original, where they differ. */
  readonly restore?: (outputs: readonly Value[]) => readonly Value[];
}
