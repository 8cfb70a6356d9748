import { enet, unet } from '@lovasz/models';
import { OnnxError, type ModelProto } from '@lovasz/onnx';
import { readModel } from '@lovasz/onnxruntime';
import type { ModelChoice } from '../options/model.js';
import type { Size } from '../options/size.js';
import { UsageError } from '../options/usage-error.js';

const builtIn = { unet, enet };

/** The network that `--model` names: read from its file as it is, or built in and drawn by the seed. */
export async function openModel(
  choice: ModelChoice,
  options: { readonly classes: number; readonly size: Size; readonly seed: number },
): Promise<ModelProto> {
  if (choice.kind === 'file') return readModelFile(choice.file);
  const { classes, size, seed } = options;
  return builtIn[choice.name]({ classes, ...size, seed });
}

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
    if (error instanceof OnnxError) throw new OnnxError(`${file}: ${error.message}`);
    throw new UsageError(`${option}: cannot read ${file}: ${(error as Error).message}`);
  }
}
