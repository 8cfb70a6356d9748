import { InferenceSession, Tensor } from '@lovasz/onnxruntime/runtime';

/** One input of a graph, in plain numbers. */
export interface Feed {
  readonly name: string;
  readonly dataType: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * Runs a graph on stock ONNX Runtime once and returns all its outputs as plain numbers.
 *
 * @param provider what executes it: `cpu` or `webgpu`.
 */
export async function runOnce(
  bytes: Uint8Array,
  feeds: readonly Feed[],
  provider = 'cpu',
): Promise<ReadonlyMap<string, Float64Array>> {
  const session = await InferenceSession.create(bytes, {
    executionProviders: [provider],
    logSeverityLevel: 3,
    intraOpNumThreads: 1,
  });
  try {
    const tensors = Object.fromEntries(feeds.map((feed) => [feed.name, tensorOf(feed)]));
    const outputs = await session.run(tensors);
    return new Map(
      Object.entries(outputs).map(([name, tensor]) => [
        name,
        Float64Array.from(tensor.data as Iterable<number | bigint | boolean>, Number),
      ]),
    );
  } finally {
    await session.release();
  }
}

function tensorOf({ dataType, shape, data }: Feed): Tensor {
  switch (dataType) {
    case 'float32':
      return new Tensor('float32', Float32Array.from(data), shape);
    case 'float64':
      return new Tensor('float64', Float64Array.from(data), shape);
    case 'int8':
      return new Tensor('int8', Int8Array.from(data), shape);
    case 'uint8':
      return new Tensor('uint8', Uint8Array.from(data), shape);
    case 'int32':
      return new Tensor('int32', Int32Array.from(data), shape);
    case 'int64':
      return new Tensor(
        'int64',
        BigInt64Array.from(data, (entry) => BigInt(entry)),
        shape,
      );
    case 'bool':
      return new Tensor('bool', Uint8Array.from(data), shape);
    default:
      throw new TypeError(
        `cannot feed ${dataType}; expected float32, float64, int8, uint8, int32, int64 or bool`,
      );
  }
}
