import type { Tensor } from 'onnxruntime-common';

/** A tensor as it is sent into a page. */
export interface Numbers {
  readonly type: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** What onnxruntime-web and onnxruntime-node have in common. */
export type Runtime = Pick<typeof import('onnxruntime-common'), 'InferenceSession' | 'Tensor'>;

/** What one run of a training graph is given. */
export interface Step {
  readonly bytes: readonly number[];
  readonly feeds: Readonly<Record<string, Numbers>>;
  /** `cpu`, `wasm` or `webgpu`. */
  readonly provider: string;
  /** Whether ONNX Runtime logs on which provider each node is placed. */
  readonly isLogged: boolean;
}

const arrays = { float32: Float32Array, int32: Int32Array };

/** Runs a training graph once, in a page or in Node. */
export async function runStep(
  runtime: Runtime,
  { bytes, feeds, provider, isLogged }: Step,
): Promise<Record<string, number[]>> {
  const session = await runtime.InferenceSession.create(Uint8Array.from(bytes), {
    executionProviders: [provider],
    logSeverityLevel: isLogged ? 0 : 3,
  });
  const tensors: Record<string, Tensor> = {};
  for (const name of session.inputNames) {
    const { type, shape, data } = feeds[name]!;
    tensors[name] = new runtime.Tensor(type, arrays[type].from(data), shape);
  }
  const outputs = await session.run(tensors);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}
