import type { Node } from './node.js';

/**
 * What ONNX Runtime's kernel on the CPU says of its buffers when it is registered (`Alias` and `MayInplace` in
 * onnxruntime/core/providers/cpu), by which the memory of a run is planned.
 */
export interface KernelBuffers {
  /** The first output is the first input under another shape; nothing is computed. */
  readonly aliases?: true;
  /** Outputs that may be written over an input of the same shape that nobody reads afterwards. */
  readonly overwrites?: readonly (readonly [input: number, output: number])[];
  /** Bytes that the kernel allocates for itself while it runs. */
  workspace?(node: Node): number;
}

/** Of a kernel that may write its output over its first input. */
export const overwritesFirst: KernelBuffers = { overwrites: [[0, 0]] };

/** Of a kernel that may write its output over either of its two inputs. */
export const overwritesEither: KernelBuffers = {
  overwrites: [
    [0, 0],
    [1, 0],
  ],
};
