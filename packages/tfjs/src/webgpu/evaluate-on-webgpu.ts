import { type LossCall, lossLayout, type LossName } from '@lovasz/core';
import {
  broadcastTo,
  engine,
  getKernel,
  registerKernel,
  type Tensor,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { Evaluated } from '../compute-loss.js';
import { webgpuBackend, type WebgpuBackend } from './backend.js';
import { type Problem, runPasses } from './run-passes.js';
import type { ErrorKind, ShaderOptions } from './shaders.js';

/** The most pixels of a problem that are compared with each other; more are counted in bins. */
const mostRanked = 1024;
const kernelName = 'LovaszJaccard';

/**
 * A Lovász loss and its gradient on WebGPU.
 *
 * @throws RangeError when shapes or class options do not fit, or a buffer would be larger than the device allows.
 * @throws Error when the device is lost.
 */
export function evaluateOnWebgpu({ name, input, labels, mask, options }: LossCall<Tensor>): Evaluated {
  const { layout, groups, isMulticlass, factors, isPresent } = lossLayout(
    name as Exclude<LossName, 'combined'>,
    { input: shapeOf(input), labels: shapeOf(labels), mask: mask && shapeOf(mask) },
    options,
  );
  const { ignoreIndex, activation } = options as { ignoreIndex?: number; activation?: string };
  let kind: ErrorKind = isMulticlass ? 'softmax' : 'sigmoid';
  if (options['input'] === 'probabilities') kind = 'probabilities';
  else if (name === 'lovasz-hinge') kind = activation === 'elu+1' ? 'elu' : 'relu';
  return run({
    options: shaderOptions(kind, {
      labels,
      mask,
      isMulticlass,
      pixels: (layout.images / groups) * layout.pixels,
    }),
    uniforms: {
      ...layout,
      groups,
      ignored: ignoreIndex ?? 0,
      hasIgnored: Number(ignoreIndex !== undefined),
      isPresent: Number(isPresent),
    },
    input,
    labels,
    mask,
    classFactors: factors,
  });
}

/**
 * The Lovász weights of every row on WebGPU, `[..., pixels]`.
 *
 * @param valid broadcasts to the shape of the errors.
 */
export function jaccardWeightsOnWebgpu(errors: Tensor, foreground: Tensor, valid: Tensor): Tensor {
  const mask = broadcastTo(valid, errors.shape as [number]);
  const pixels = errors.shape.at(-1)!;
  const rows = errors.size / pixels;
  const { gradient } = run({
    options: shaderOptions('errors', { labels: foreground, mask, isMulticlass: false, pixels }),
    uniforms: {
      images: 1,
      classCount: rows,
      pixels,
      imageStride: errors.size,
      classStride: pixels,
      pixelStride: 1,
      groups: 1,
      ignored: 0,
      hasIgnored: 0,
      isPresent: 0,
    },
    input: errors,
    labels: foreground,
    mask,
    classFactors: new Array<number>(rows).fill(1),
  });
  return gradient;
}

/** A tensor without its data, which is a method there. */
const shapeOf = ({ shape }: Tensor) => ({ shape });

function shaderOptions(
  kind: ErrorKind,
  given: {
    readonly labels: Tensor;
    readonly mask: Tensor | undefined;
    readonly isMulticlass: boolean;
    readonly pixels: number;
  },
): ShaderOptions {
  // A cast to float32 leaves integers as they are in the buffer.
  const { tensorMap } = webgpuBackend();
  const typeOf = (x: Tensor) => (tensorMap.get(x.dataId).dtype === 'float32' ? 'f32' : 'i32');
  return {
    kind,
    isMulticlass: given.isMulticlass,
    labelType: typeOf(given.labels),
    maskType: given.mask && typeOf(given.mask),
    isRanked: given.pixels <= mostRanked,
  };
}

/** Runs the passes as a kernel of TensorFlow.js, which moves what lies elsewhere, and counts and profiles it. */
function run(problem: Problem): Evaluated {
  if (getKernel(kernelName, 'webgpu') === undefined) {
    registerKernel({
      kernelName,
      backendName: 'webgpu',
      kernelFunc: ({ backend, attrs }) =>
        runPasses(backend as WebgpuBackend, (attrs as unknown as { problem: Problem }).problem),
    });
  }
  const { input, labels, mask } = problem;
  const inputs = { input, labels, ...(mask && { mask }) } as unknown as Record<string, TensorInfo>;
  const [value, gradient] = engine().runKernel(
    kernelName,
    inputs as never,
    { problem } as never,
  ) as unknown as [Tensor, Tensor];
  return { value, gradient };
}
