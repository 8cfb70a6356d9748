import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeModel, type ModelProto } from '@lovasz/onnx';
import { externalFiles } from './external-files.js';

/**
 * Reads an ONNX file. Data that lies in other files of its folder is read when it is needed, a tensor at a time, so a
 * model may be larger than memory; those files must stay as they are as long as the model is used.
 *
 * @throws OnnxError when the file holds no ONNX model that can be read, or refers to data outside of its folder; the
 *   error of the file system when it cannot be opened.
 *
 * @example
 * const trainer = await Trainer.create(await readModel('network.onnx'), { loss, optimizer: sgd() });
 */
export async function readModel(file: string): Promise<ModelProto> {
  return decodeModel(await readFile(file), { externalData: externalFiles(dirname(file)) });
}
