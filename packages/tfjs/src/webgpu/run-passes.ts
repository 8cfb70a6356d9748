import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import type { WebgpuBackend } from './backend.js';
import {
  binCount,
  type BufferName,
  type Pass,
  type PassName,
  readOnly,
  type ShaderOptions,
  shaders,
  threads,
  uniformNames,
  type Uniforms,
} from './shaders.js';

/** What the passes compute with. */
export interface Problem {
  readonly options: ShaderOptions;
  /** Those that follow from the call; the others are added here. */
  readonly uniforms: Omit<Uniforms, 'bins' | 'partialCount'>;
  readonly input: Tensor;
  readonly labels: Tensor;
  readonly mask: Tensor | undefined;
  readonly classFactors: readonly number[];
}

interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}
const pipelines = new WeakMap<GPUDevice, Map<string, Pipeline>>();

/**
 * Runs the passes on the device of TensorFlow.js, in its command queue. Nothing is read back; scratch memory goes back to
 * the pool of the backend.
 *
 * @returns the loss, and the gradient of the shape of the input.
 * @throws RangeError when a buffer would be larger than the device allows.
 */
export function runPasses(backend: WebgpuBackend, problem: Problem): [TensorInfo, TensorInfo] {
  const { options, input, labels, mask, classFactors } = problem;
  const { images, classCount, pixels, groups } = problem.uniforms;
  const { device, bufferManager } = backend;
  const workgroups = Math.ceil((images * pixels) / threads);
  const uniforms: Uniforms = { ...problem.uniforms, bins: binCount(options.kind), partialCount: workgroups };
  const problems = groups * classCount;
  const entries = images * pixels * classCount;
  const sizes = {
    table: options.isRanked ? 4 * entries : 8 * problems * uniforms.bins,
    totals: 8 * problems,
    classFactors: 4 * classCount,
    factors: 4 * problems,
    partials: 4 * workgroups,
  };
  const { maxStorageBufferBindingSize: most, maxComputeWorkgroupsPerDimension: mostGroups } = device.limits;
  const needed = Math.max(4 * entries, sizes.table);
  if (needed > most) {
    throw new RangeError(
      `logits of shape [${input.shape.join(', ')}] in ${problems} binary problems need a buffer of ${needed} bytes; ` +
        `the WebGPU device allows ${most}`,
    );
  }

  const value = backend.makeTensorInfo([], 'float32');
  const gradient = backend.makeTensorInfo(input.shape, 'float32');
  const given = { input, labels, mask, scores: gradient, value };
  const buffers = new Map<BufferName, GPUBuffer>();
  for (const [name, info] of Object.entries(given)) {
    if (info === undefined) continue;
    backend.uploadToGPU(info.dataId);
    buffers.set(name as BufferName, backend.tensorMap.get(info.dataId).resource);
  }
  const { STORAGE, COPY_DST, UNIFORM } = GPUBufferUsage;
  const scratch = Object.entries(sizes).map(([name, size]) => {
    const buffer = bufferManager.acquireBuffer(size, STORAGE | COPY_DST);
    buffers.set(name as BufferName, buffer);
    return buffer;
  });
  const numbers = bufferManager.acquireBuffer(4 * uniformNames.length, UNIFORM | COPY_DST);
  buffers.set('uniforms', numbers);
  scratch.push(numbers);

  // What the backend has encoded so far may still use these buffers for other numbers.
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
  device.queue.writeBuffer(
    numbers,
    0,
    Uint32Array.from(uniformNames, (name) => uniforms[name]),
  );
  device.queue.writeBuffer(buffers.get('classFactors')!, 0, Float32Array.from(classFactors));
  const encoder = device.createCommandEncoder();
  if (!options.isRanked) encoder.clearBuffer(buffers.get('table')!);
  const counts: Readonly<Record<PassName, number>> = {
    errors: workgroups,
    weigh: options.isRanked ? Math.ceil(entries / threads) : problems,
    weighClasses: 1,
    differentiate: workgroups,
    add: 1,
  };
  const passes = shaders(options);
  const computing = encoder.beginComputePass();
  for (const [name, count] of Object.entries(counts)) {
    const pass = passes[name as PassName];
    const { pipeline, layout } = pipelineOf(device, pass);
    computing.setPipeline(pipeline);
    const resources = pass.buffers.map((each, binding) => ({
      binding,
      resource: { buffer: buffers.get(each)! },
    }));
    computing.setBindGroup(0, device.createBindGroup({ layout, entries: resources }));
    const across = Math.min(count, mostGroups);
    computing.dispatchWorkgroups(across, Math.ceil(count / across));
  }
  computing.end();
  device.queue.submit([encoder.finish()]);
  scratch.forEach((buffer) => bufferManager.releaseBuffer(buffer));
  return [value, gradient];
}

function pipelineOf(device: GPUDevice, { code, buffers }: Pass): Pipeline {
  const known = pipelines.get(device) ?? new Map<string, Pipeline>();
  pipelines.set(device, known);
  let found = known.get(code);
  if (found === undefined) {
    const layout = device.createBindGroupLayout({
      entries: buffers.map((name, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: {
          type: name === 'uniforms' ? 'uniform' : readOnly.has(name) ? 'read-only-storage' : 'storage',
        },
      })),
    });
    const pipeline = device.createComputePipeline({
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: device.createShaderModule({ code }), entryPoint: 'main' },
    });
    found = { pipeline, layout };
    known.set(code, found);
  }
  return found;
}
