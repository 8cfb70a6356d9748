/// <reference types="@webgpu/types" />
import {
  type DataId,
  type DataType,
  engine,
  type KernelBackend,
  type TensorInfo,
} from '@tensorflow/tfjs-core';

/**
 * What this package uses of the WebGPU backend of TensorFlow.js: members of its class that its documentation does not
 * name, as they are in version 4.22.
 */
export interface WebgpuBackend extends KernelBackend {
  readonly device: GPUDevice;
  readonly tensorMap: { get(id: DataId): { readonly resource: GPUBuffer; readonly dtype: DataType } };
  readonly bufferManager: {
    acquireBuffer(size: number, usage: number): GPUBuffer;
    releaseBuffer(buffer: GPUBuffer): void;
  };
  readonly commandEncoder: GPUCommandEncoder;
  makeTensorInfo(shape: number[], dtype: string): TensorInfo;
  uploadToGPU(id: DataId): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

const members = [
  'uploadToGPU',
  'makeTensorInfo',
  'ensureCommandEncoderReady',
  'endComputePassEncoder',
  'submitQueue',
];
const lost = new WeakMap<GPUDevice, string>();
const watched = new WeakSet<GPUDevice>();

/**
 * The WebGPU backend, which is set.
 *
 * @throws Error when it lacks what this package uses, or its device is lost.
 */
export function webgpuBackend(): WebgpuBackend {
  const backend = engine().backend as WebgpuBackend;
  const missing = members.find((name) => typeof (backend as never)[name] !== 'function');
  if (missing !== undefined) {
    throw new Error(
      `the backend "webgpu" has no ${missing}; this package knows that of @tensorflow/tfjs-backend-webgpu 4.22`,
    );
  }
  const { device } = backend;
  if (!watched.has(device)) {
    watched.add(device);
    void device.lost.then(({ message }) => lost.set(device, message));
  }
  const message = lost.get(device);
  if (message !== undefined) {
    throw new Error(`the device of the backend "webgpu" is lost (${message}); set the backend up again`);
  }
  return backend;
}
