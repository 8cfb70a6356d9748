import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { splitModel, type ModelProto } from '@lovasz/onnx';
import { writeAtomically } from './write-atomically.js';

/**
 * Writes an ONNX file. Tensors whose data lay outside of the model when it was read are written to a second file in the
 * same folder, as are large ones when the model would not fit into one file; its name is returned and ends in `.data`.
 *
 * The second file is named after its contents and is complete before the model takes its name, so a reader finds the
 * old model or the new one, whole. The data of an older model is left where it is: that model may be in use.
 *
 * @returns the paths that were written, the model first.
 * @throws OnnxError when data from outside of the model cannot be read; the error of the file system otherwise.
 *
 * @example
 * await writeModel('tuned.onnx', await trainer.trainedModel());
 */
export async function writeModel(file: string, model: ModelProto): Promise<readonly string[]> {
  const split = splitModel(model);
  if (split.dataLength === 0) {
    await writeAtomically(file, split.bytes(''));
    return [file];
  }
  const digest = createHash('sha256');
  for (const part of split.data()) digest.update(part);
  const location = `${basename(file)}.${digest.digest('hex').slice(0, 16)}.data`;
  const data = join(dirname(file), location);
  await writeAtomically(data, split.data());
  await writeAtomically(file, split.bytes(location));
  return [file, data];
}
