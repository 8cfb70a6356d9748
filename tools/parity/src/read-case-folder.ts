import { InvalidArgumentError } from 'commander';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSafetensors, type SafetensorsTensor } from '@lovasz/onnxruntime/safetensors';

/** A folder of expected values. */
export interface CaseFolder {
  /** The cases of `cases.json`, as they are there; none if the file is missing. */
  readonly cases: readonly unknown[];
  /** The tensors of all `.safetensors` files, by name. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/**
 * Reads a folder of cases.
 *
 * @throws InvalidArgumentError when there is no such folder, or a file in it cannot be read.
 */
export async function readCaseFolder(folder: string): Promise<CaseFolder> {
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new InvalidArgumentError(`no folder "${folder}"`);

  const names = (await readdir(folder)).sort();
  let cases: readonly unknown[] = [];
  const tensors = new Map<string, SafetensorsTensor>();
  for (const name of names) {
    try {
      const path = join(folder, name);
      if (name === 'cases.json') {
        cases = casesOf(JSON.parse(await readFile(path, 'utf8')));
      } else if (name.endsWith('.safetensors')) {
        for (const [key, tensor] of decodeSafetensors(await readFile(path)).tensors) tensors.set(key, tensor);
      }
    } catch (error) {
      throw new InvalidArgumentError(`cannot read ${name} in "${folder}": ${(error as Error).message}`);
    }
  }
  return { cases, tensors };
}

/**
 * The tensors of one file.
 *
 * @throws InvalidArgumentError when it cannot be read.
 */
export async function readTensors(
  folder: string,
  file: string,
): Promise<ReadonlyMap<string, SafetensorsTensor>> {
  try {
    return decodeSafetensors(await readFile(join(folder, file))).tensors;
  } catch (error) {
    throw new InvalidArgumentError(`cannot read ${file} in "${folder}": ${(error as Error).message}`);
  }
}

function casesOf(json: unknown): readonly unknown[] {
  const cases = (json as { cases?: unknown } | null)?.cases;
  if (!Array.isArray(cases)) throw new TypeError('expected an object with a list "cases"');
  return cases;
}
