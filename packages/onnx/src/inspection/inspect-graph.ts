import type { DataType } from '../ir/data-type.js';
import type { Node } from '../ir/node.js';
import { sizeOf } from '../ir/tensor.js';
import type { Value } from '../ir/value.js';
import { decodeModel } from '../model/decode-model.js';
import { liveNodes } from '../model/encode-model.js';
import { importModel } from '../model/import-model.js';
import { multiplyAdds } from './multiply-adds.js';

/** What a run of a graph takes. */
export interface GraphInspection {
  readonly nodes: number;
  /** Floating-point operations: two for each multiplication with its addition, of convolutions and matrix products. */
  readonly flops: number;
  /**
   * The most bytes of computed values that are needed at one time, inputs and constants left out, when nodes run in the
   * order of the file and each value is dropped after its last use. Workspaces of kernels are not counted.
   */
  readonly peakBytes: number;
}

/**
 * Counts what a run of a graph takes, before it is run.
 *
 * @param bytes a graph of fixed shapes, such as those of a `TrainingGraph`.
 */
export function inspectGraph(bytes: Uint8Array): GraphInspection {
  const { outputs } = importModel(decodeModel(bytes));
  const results = outputs.map(({ value }) => value);
  const nodes = liveNodes(results);
  return {
    nodes: nodes.length,
    flops: 2 * nodes.reduce((sum, node) => sum + multiplyAdds(node), 0),
    peakBytes: peakBytes(nodes, results),
  };
}

const bytesPerEntry: Readonly<Record<DataType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  int64: 8,
  int8: 1,
  uint8: 1,
  bool: 1,
};

const bytesOf = ({ dataType, shape }: Value): number => bytesPerEntry[dataType] * sizeOf(shape);

function peakBytes(nodes: readonly Node[], results: readonly Value[]): number {
  const lastUse = new Map<Value, number>();
  nodes.forEach((node, step) => {
    for (const value of [...node.outputs, ...node.inputs]) {
      if (value?.producer !== undefined) lastUse.set(value, step);
    }
  });
  for (const value of results) lastUse.set(value, nodes.length);
  const dropped = nodes.map(() => 0);
  let [alive, peak] = [0, 0];
  for (const [value, step] of lastUse) if (step < nodes.length) dropped[step]! += bytesOf(value);
  nodes.forEach((node, step) => {
    for (const output of node.outputs) alive += bytesOf(output);
    peak = Math.max(peak, alive);
    alive -= dropped[step]!;
  });
  return peak;
}
