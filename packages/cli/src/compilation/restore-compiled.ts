import { readFile } from 'node:fs/promises';
import { trainedModel, type ModelProto } from '@lovasz/onnx';
import { UsageError } from '@lovasz/runs';
import { readModelFile } from '@lovasz/runs/command';
import { readManifest } from './manifest.js';
import { decodeState } from './state-file.js';

/**
 * A model with the weights and statistics of a state that its compiled graphs have trained, under their old names.
 *
 * @throws UsageError for a folder or file that is not there; RangeError for a state of another length; OnnxError when
 *   the model is another one than was compiled.
 */
export async function restoreCompiled(
  directory: string,
  stateFile: string,
  modelFile: string,
): Promise<ModelProto> {
  const { state, layout } = await readManifest('--compiled', directory);
  const bytes = await readFile(stateFile).catch((error: Error) => {
    throw new UsageError(`--state: cannot read ${stateFile}: ${error.message}`);
  });
  const vectors = decodeState(stateFile, bytes, state);
  const model = await readModelFile(modelFile);
  const weights = (['parameters', 'statistics'] as const).flatMap((name) =>
    layout[name].map(
      (entry) => [entry.name, vectors[name]!.slice(entry.offset, entry.offset + entry.size)] as const,
    ),
  );
  return trainedModel(model, new Map(weights), layout);
}
