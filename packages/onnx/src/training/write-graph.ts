import type { Value } from '../ir/value.js';
import { encodeModel, modelBytes } from '../model/encode-model.js';
import { profiles, type ProfileName } from '../passes/profiles.js';
import { rewriteGraph } from '../passes/rewrite-graph.js';

/** The bytes of a model that computes `outputs` from `inputs`, written for the runtimes of a profile. */
export function writeGraph(
  name: string,
  inputs: readonly Value[],
  outputs: readonly { readonly name: string; readonly value: Value }[],
  profile: ProfileName = 'generic',
): Uint8Array {
  const rewritten = rewriteGraph(
    inputs,
    outputs.map(({ value }) => value),
    profiles[profile],
  );
  return modelBytes(
    encodeModel({
      name,
      inputs: rewritten.inputs,
      outputs: outputs.map((output, place) => ({ name: output.name, value: rewritten.outputs[place]! })),
    }),
  );
}
