import { liveNodes } from '../graph/live-nodes.js';
import { decodeModel } from '../model/decode-model.js';
import { importModel } from '../model/import-model.js';

/** What a run of a graph computes. */
export interface GraphInspection {
  readonly nodes: number;
  /** Floating-point operations: two for each multiplication with its addition, of convolutions and matrix products. */
  readonly flops: number;
}

/**
 * Counts what a run of a graph computes, before it is run. For the memory that it takes see `planMemory`.
 *
 * @param bytes a graph of fixed shapes, such as those of a `TrainingGraph`.
 */
export function inspectGraph(bytes: Uint8Array): GraphInspection {
  const { outputs } = importModel(decodeModel(bytes), { share: false });
  const nodes = liveNodes(outputs.map(({ value }) => value));
  return {
    nodes: nodes.length,
    flops: 2 * nodes.reduce((sum, node) => sum + (node.operator.multiplyAdds?.(node) ?? 0), 0),
  };
}
