import { OnnxError, type ModelProto } from '@lovasz/onnx';
import { readModel } from '@lovasz/onnxruntime';
import { UsageError } from '../settings/usage-error.js';

/**
 * Reads a network from its file, with the data that lies beside it.
 *
 * @param option how messages call what named the file.
 * @throws UsageError when there is no such file; OnnxError that names the file when it holds no ONNX model.
 */
export async function readModelFile(file: string, option = '--model'): Promise<ModelProto> {
  try {
    return await readModel(file);
  } catch (error) {
    if (OnnxError.isOnnxError(error)) throw OnnxError.at(error, { file });
    throw new UsageError(`${option}: cannot read ${file}: ${(error as Error).message}`);
  }
}
