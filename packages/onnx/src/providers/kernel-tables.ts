import { cpuKernels } from './cpu-kernels.js';
import { cudaKernels } from './cuda-kernels.js';
import type { KernelTable } from './kernel-table.js';
import { webgpuKernels } from './webgpu-kernels.js';

/** The kernels of ONNX Runtime's providers. The one for WebAssembly is `cpu`: it is the same code. */
export const kernelTables = {
  cpu: cpuKernels,
  cuda: cudaKernels,
  webgpu: webgpuKernels,
} as const satisfies Readonly<Record<string, KernelTable>>;

/** The providers that there is a table of. */
export type ProviderName = keyof typeof kernelTables;
