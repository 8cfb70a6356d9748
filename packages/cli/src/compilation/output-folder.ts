import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError } from '@lovasz/runs';
import { findManifest, manifestFile } from './manifest.js';

export function sha256(contents: string | Uint8Array): string {
  return createHash('sha256').update(contents).digest('hex');
}

/**
 * Refuses a folder whose contents would be lost: only one that is empty, or as `lovasz compile` has left it, may be
 * replaced.
 *
 * @throws UsageError naming what is in the way.
 */
export async function refuseForeignFolder(directory: string): Promise<void> {
  let names: readonly string[];
  try {
    names = await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw refusal(directory, 'is no folder');
  }
  if (names.length === 0) return;
  const manifest = await findManifest(directory);
  for (const name of names) {
    if (manifest !== undefined && name === manifestFile) continue;
    const written = manifest?.sha256[name];
    if (written === undefined)
      throw refusal(directory, `holds '${name}', which lovasz compile has not written`);
    const contents = await readFile(join(directory, name));
    if (sha256(contents) !== written) throw refusal(directory, `holds '${name}', which was changed since`);
  }
}

function refusal(directory: string, reason: string): UsageError {
  return new UsageError(
    `--out: ${directory} ${reason}; accepted: a new or empty folder, or one that is as lovasz compile has left it`,
  );
}

/**
 * Writes a folder so that whoever looks finds the old one or the new one, whole: the files go to a temporary folder
 * beside it, which takes the name at the end. When anything fails, the old folder stays.
 *
 * @throws UsageError as {@link refuseForeignFolder}.
 */
export async function writeOutputFolder(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  const target = resolve(directory);
  const suffix = `${randomBytes(6).toString('hex')}.tmp`;
  const [temporary, replaced] = [`${target}.${suffix}`, `${target}.old.${suffix}`];
  await mkdir(dirname(target), { recursive: true });
  try {
    await mkdir(temporary);
    for (const [name, contents] of Object.entries(files)) {
      await writeFile(join(temporary, name), contents, { flush: true });
    }
    await refuseForeignFolder(target);
    const exists = await rename(target, replaced).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
    try {
      await rename(temporary, target);
    } catch (error) {
      if (exists) await rename(replaced, target);
      throw error;
    }
    await rm(replaced, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}
