import { liveNodes, readValues } from '../graph/live-nodes.js';
import type { ModelProto } from 'onnx-buf';
import type { Node } from '../graph/node.js';
import { importModel } from '../model/import-model.js';
import { missingKernel } from '../providers/missing-kernel.js';
import { profiles, type ProfileName } from './profiles.js';
import type { Profile } from './profile.js';

/**
 * What the providers of a profile cannot compute of a model that this package wrote, by `providers/kernel-tables.ts`:
 * for each kind of node its operator, its types and why. Nodes that the profile leaves to the CPU on purpose are not
 * among them.
 *
 * @throws OnnxError when the model cannot be read.
 *
 * @example
 * missingKernels(decodeModel(graph.step), 'webgpu'); // ['Sign: no kernel']
 */
export function missingKernels(model: ModelProto, profileName: ProfileName): readonly string[] {
  const profile: Profile = profiles[profileName];
  const outputs = importModel(model).outputs.map(({ value }) => value);
  const nodes = liveNodes(outputs);
  const read = readValues(nodes, outputs);
  const reasons = nodes
    .filter((node) => !isOnCpu(node, profile))
    .flatMap((node) =>
      profile.providers.flatMap(
        (provider) => missingKernel(node, provider, (position) => read.has(node.outputs[position]!)) ?? [],
      ),
    );
  return [...new Set(reasons)];
}

const isOnCpu = (node: Node, { onCpu }: Profile): boolean =>
  onCpu.some(
    ({ operators, dataType }) =>
      operators.includes(node.operator.name) &&
      (dataType === undefined || node.inputs[0]?.dataType === dataType),
  );
