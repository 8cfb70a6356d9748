import type { Node } from '../graph/node.js';
import { sizeOf, sameShape } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { ProviderName } from './kernel-tables.js';

/** Says what of a node a kernel cannot do though it takes its types. */
type Limit = (node: Node, isRead: (position: number) => boolean) => string | undefined;

const trainsBatchNormalization: Limit = (node) =>
  node.int('training_mode') === 1 ? 'does not train' : undefined;

/**
 * What kernels refuse when a session is opened or run, or compute wrongly. Found in ONNX Runtime 1.30 by running the
 * cases of `parity -- onnx-operators` and `onnx-models` on WebGPU, and by opening sessions on CUDA. What WebGPU computes
 * wrongly is right with the session option `preferredLayout: 'NCHW'`, which not everybody sets.
 */
export const kernelLimits: Readonly<Record<ProviderName, Readonly<Record<string, Limit>>>> = {
  cpu: {},
  cuda: { BatchNormalization: trainsBatchNormalization },
  webgpu: {
    BatchNormalization: trainsBatchNormalization,
    Conv: (node) => {
      const [filters, perGroup] = node.input(1).shape as [number, number];
      const groups = node.int('group');
      if (node.input(1).rank > 4) return groups > 1 ? 'has no groups in three dimensions' : undefined;
      if (groups > 1) {
        return mixesGroups(filters, groups)
          ? 'mixes up the groups: the filters of one are no multiple of the filters computed at a time'
          : undefined;
      }
      return filters % 4 === 0 && perGroup % 3 === 0 && perGroup % 4 !== 0 && perGroup !== 3
        ? 'computes wrongly where the channels are a multiple of 3 and not of 4, and the filters of 4'
        : undefined;
    },
    ConvTranspose: (node) => {
      const weight = node.input(1);
      if (weight.rank > 4) return 'has one and two dimensions only';
      const ofGroup = weight.shape[0]! / node.int('group');
      return node.int('group') > 1 && weight.shape[1] === 1 && ofGroup % 2 === 0
        ? 'reads wrong weights where groups have one filter and an even number of channels'
        : undefined;
    },
    MaxPool: (_, isRead) => (isRead(1) ? 'gives no Indices' : undefined),
    Pow: (node) => {
      const broadcasts = broadcastsTensors(node.input(0), node.input(1));
      return broadcasts ? 'does not broadcast' : undefined;
    },
    Resize: (node) => (node.int('antialias') === 1 ? 'has no antialias' : undefined),
    // WebGPU guarantees 8 storage buffers to a shader; one is what is read.
    Split: (node) => (node.outputs.length > 7 ? 'gives up to 7 parts' : undefined),
    Where: (node) =>
      node.input(1).dataType === 'bool' &&
      node.inputs.some((input) => !sameShape(input!.shape, node.output().shape))
        ? 'does not broadcast bool'
        : undefined,
  },
};

/** Whether the operands have different shapes, and neither is a single entry. */
const broadcastsTensors = (a: Value, b: Value): boolean =>
  !sameShape(a.shape, b.shape) && sizeOf(a.shape) !== 1 && sizeOf(b.shape) !== 1;

/**
 * Whether WebGPU's kernel for grouped convolutions, which computes as many filters at a time as divide all of them (4, 2
 * or 1; 1 where a group has less than 4), takes filters of two groups together.
 */
function mixesGroups(filters: number, groups: number): boolean {
  const ofGroup = filters / groups;
  const together = ofGroup < 4 ? 1 : [4, 2, 1].find((count) => filters % count === 0)!;
  return ofGroup % together !== 0;
}
