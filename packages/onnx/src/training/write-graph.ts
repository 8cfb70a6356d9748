import type { Value } from '../graph/value.js';
import { executionOrder } from '../memory/execution-order.js';
import { planMemory, type MemoryPlan } from '../memory/plan-memory.js';
import { writingOrder } from '../memory/writing-order.js';
import { encodeModel, modelBytes } from '../model/encode-model.js';
import { profiles, type ProfileName } from '../passes/profiles.js';
import { rewriteGraph } from '../passes/rewrite-graph.js';
import { once } from './once.js';

/** A graph as it is written for a target. */
export interface WrittenGraph {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /** What a run of it needs on ONNX Runtime's CPU provider. */
  readonly memory: MemoryPlan;
}

/** A model that computes `outputs` from `inputs`, written for the runtimes of a profile when it is first read. */
export function writeGraph(
  name: string,
  inputs: readonly Value[],
  outputs: readonly { readonly name: string; readonly value: Value }[],
  profile: ProfileName = 'generic',
): WrittenGraph {
  const ordered = once(() => {
    const rewritten = rewriteGraph(
      inputs,
      outputs.map(({ value }) => value),
      profiles[profile].rewritings,
    );
    return { ...rewritten, nodes: writingOrder(rewritten.outputs) };
  });
  const bytes = once(() => {
    const { nodes, ...rewritten } = ordered();
    const named = outputs.map((output, place) => ({ name: output.name, value: rewritten.outputs[place]! }));
    return modelBytes(encodeModel({ name, inputs: rewritten.inputs, outputs: named, nodes }));
  });
  const memory = once(() => planMemory(ordered().outputs, { order: executionOrder(ordered().nodes) }));
  return {
    get bytes() {
      return bytes();
    },
    get memory() {
      return memory();
    },
  };
}
