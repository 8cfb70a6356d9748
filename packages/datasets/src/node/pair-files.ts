import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { DatasetError } from '../dataset-error.js';
import { listSome } from './list-some.js';

/** An image file and its label file, by the base name that they share. */
export interface FilePair {
  readonly id: string;
  readonly image: string;
  readonly labels: string;
}

/**
 * Pairs the images (jpg, jpeg, png) of one folder with the labels (png) of another by base name, sorted by it.
 * Other files are left alone.
 *
 * @throws DatasetError when a folder is missing or has no such file, when files differ in nothing but their extension, or
 *   when any file has no partner.
 */
export async function pairFiles(imageFolder: string, labelFolder: string): Promise<FilePair[]> {
  const images = await listFiles(imageFolder, ['.jpg', '.jpeg', '.png']);
  const labels = await listFiles(labelFolder, ['.png']);
  refuseUnpaired('images', imageFolder, images, 'label', labelFolder, labels);
  refuseUnpaired('labels', labelFolder, labels, 'image', imageFolder, images);
  return [...images.keys()].sort().map((id) => ({
    id,
    image: join(imageFolder, images.get(id)!),
    labels: join(labelFolder, labels.get(id)!),
  }));
}

/** File names of a folder by base name. */
async function listFiles(folder: string, extensions: readonly string[]): Promise<Map<string, string>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no folder' : 'cannot read folder';
    throw new DatasetError(`${reason} ${folder}`, { cause: error });
  });
  const files = new Map<string, string>();
  for (const name of names.sort()) {
    const { name: id, ext: extension } = parse(name);
    if (!extensions.includes(extension.toLowerCase())) continue;
    const other = files.get(id);
    if (other !== undefined) throw new DatasetError(`${folder} has both ${other} and ${name}; expected one`);
    files.set(id, name);
  }
  if (files.size === 0) {
    throw new DatasetError(
      `${folder} has no ${extensions.join(', ')} file among its ${names.length} entries`,
    );
  }
  return files;
}

function refuseUnpaired(
  kind: string,
  folder: string,
  files: ReadonlyMap<string, string>,
  partner: string,
  partnerFolder: string,
  partners: ReadonlyMap<string, string>,
): void {
  const alone = [...files].filter(([id]) => !partners.has(id)).map(([, name]) => name);
  if (alone.length > 0) {
    throw new DatasetError(
      `${alone.length} of ${files.size} ${kind} in ${folder} have no ${partner} of the same name in ` +
        `${partnerFolder}: ${listSome(alone)}`,
    );
  }
}
