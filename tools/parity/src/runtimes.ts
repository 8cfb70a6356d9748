import type { ProfileName } from '@lovasz/onnx';

/** What executes written graphs: a provider of ONNX Runtime, and the profile that it gets. */
export interface Runtime {
  readonly provider: string;
  readonly profile: ProfileName;
}

/** By the names that `--backend` takes. On Linux, WebGPU needs a Vulkan driver, such as SwiftShader. */
export const runtimes: Readonly<Record<string, Runtime>> = {
  onnxruntime: { provider: 'cpu', profile: 'generic' },
  webgpu: { provider: 'webgpu', profile: 'webgpu' },
};
