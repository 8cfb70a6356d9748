import { randomBytes } from 'node:crypto';
import { open, rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes a file so that whoever reads it, at any moment and after any crash, finds the old contents or the new ones,
 * whole: the bytes go to a temporary file beside it, are flushed to the disk, and take the name in one step. When
 * anything fails (no disk space, no folder), the temporary file is removed, the old file is left as it was, and the
 * error of the file system is thrown. Contents in parts are written one after another, each when it is asked for.
 *
 * @example
 * await writeAtomically('run/report.html', '<!doctype html>');
 */
export async function writeAtomically(
  file: string,
  contents: string | Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await writeFile(handle, contents);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
