import { InvalidArgumentError } from 'commander';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelCase } from './compare-model.js';

/** An entry of `models.json` as python/export_networks.py writes it. */
export interface ExportedModel extends ModelCase {
  readonly network: string;
  readonly exporter: string;
  readonly nodes: number;
  readonly operators: Readonly<Record<string, number>>;
  readonly input_shapes: Readonly<Record<string, readonly number[]>>;
  /** Of weights, input and labels. */
  readonly seed: number;
  /** How the exporter was called. */
  readonly options: string;
  /** How many parameters PyTorch has a gradient for. */
  readonly expected_parameter_count: number;
}

/** What `models.json` of a folder holds. */
export interface ModelsFile {
  /** Of the packages that wrote it, by their names. */
  readonly versions?: Readonly<Record<string, string>>;
  readonly models: readonly (ModelCase | ExportedModel)[];
  /** What an exporter refused. */
  readonly not_exported?: readonly {
    readonly network: string;
    readonly exporter: string;
    readonly reason: string;
  }[];
}

/**
 * Reads the list of networks in a folder.
 *
 * @throws InvalidArgumentError when there is none.
 */
export async function readModels(folder: string): Promise<ModelsFile> {
  try {
    return JSON.parse(await readFile(join(folder, 'models.json'), 'utf8')) as ModelsFile;
  } catch (error) {
    throw new InvalidArgumentError(`cannot read models.json in "${folder}": ${(error as Error).message}`);
  }
}
