import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dataTypeNumbers } from '@lovasz/onnx/support';
import { numbersOfInitializer, writeInitializers } from '@lovasz/onnx/parts';
import { readModel, writeModel } from '@lovasz/onnxruntime';
import type { Outcome } from '../report.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../python/written_models.py', import.meta.url));

/**
 * Writes models with other weights and has Python judge them: the ONNX checker accepts what was written, ONNX Runtime
 * loads it, the weights are the new ones under their old names, and nothing else has changed, fields that nobody knows
 * included. Each model is written from one file and from one with its data beside it.
 *
 * @param python an interpreter with onnx and onnxruntime.
 * @param large the size of one more model, in GiB, with its data beside it.
 */
export async function* compareWritten(
  models: readonly string[],
  python: string,
  large: number | undefined,
): AsyncGenerator<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'lovasz-parity-'));
  const write = async (name: string, make: () => Promise<string>, most?: number): Promise<Outcome> => {
    try {
      const source = await make();
      const target = join(folder, 'written.onnx');
      const names = await writeTuned(source, target, most);
      await run(python, [script, 'judge', source, target, ...names]);
      return { name, tolerance: 0, largestError: 0 };
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string };
      return { name, tolerance: 0, reason: stderr?.trim().split('\n').at(-1) ?? message };
    }
  };
  try {
    for (const model of models) {
      const name = basename(model, '.onnx');
      yield await write(`${name}/one-file`, () => Promise.resolve(model));
      yield await write(`${name}/data-beside`, async () => {
        const source = join(folder, `${name}.onnx`);
        await run(python, [script, 'split', model, source]);
        return source;
      });
    }
    if (large !== undefined) {
      const make = async (): Promise<string> => {
        const source = join(folder, 'large.onnx');
        await run(python, [script, 'large', source, String(large)]);
        return source;
      };
      yield await write(`large-${large}-GiB`, make, 1);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Writes a model with its weights times −0.5; of a large one only the first `most`. */
async function writeTuned(source: string, target: string, most = Infinity): Promise<readonly string[]> {
  const model = await readModel(source);
  const weights = model
    .graph!.initializer.filter(({ dataType }) => dataType === dataTypeNumbers.float32)
    .slice(0, most);
  const tuned = weights.map(
    (tensor) =>
      [tensor.name, new Float32Array(numbersOfInitializer(tensor)).map((entry) => -0.5 * entry)] as const,
  );
  await writeModel(target, writeInitializers(model, new Map(tuned)));
  return weights.map(({ name }) => name);
}
