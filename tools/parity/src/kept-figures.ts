import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelComparison } from './compare-model.js';

const pathIn = (folder: string): string => join(folder, 'figures.json');

/** What `writeFigures` kept in a folder; nothing when its exports are newer or nothing was kept. */
export async function readFigures(folder: string): Promise<Map<string, ModelComparison>> {
  try {
    const [figures, models] = await Promise.all([stat(pathIn(folder)), stat(join(folder, 'models.json'))]);
    if (figures.mtimeMs < models.mtimeMs) return new Map();
    return new Map(
      Object.entries(JSON.parse(await readFile(pathIn(folder), 'utf8')) as Record<string, ModelComparison>),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
}

/** Keeps comparisons, by the names of their cases, in the folder of the exports. */
export async function writeFigures(
  folder: string,
  figures: ReadonlyMap<string, ModelComparison>,
): Promise<void> {
  await writeFile(pathIn(folder), JSON.stringify(Object.fromEntries(figures)));
}
