import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { UsageError } from '@lovasz/runs';
import { encodeManifest, manifestFile, type Manifest } from './manifest.js';
import { sha256, writeOutputFolder } from './output-folder.js';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lovasz-'));
  folder = join(root, 'deep', 'out');
});
afterEach(() => rm(root, { recursive: true }));

/** A folder as compile writes it, with one file besides the manifest. */
const write = (contents: string) =>
  writeOutputFolder(folder, {
    'state.bin': contents,
    [manifestFile]: encodeManifest({ sha256: { 'state.bin': sha256(contents) } } as unknown as Manifest),
  });
const contents = () => readFile(join(folder, 'state.bin'), 'utf8');

describe('writeOutputFolder', () => {
  test('makes a folder, takes an empty one, and replaces one of its own', async () => {
    await write('first');
    expect(await contents()).toBe('first');
    await write('second');
    expect(await contents()).toBe('second');
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await write('third');
    expect(await contents()).toBe('third');
    expect(await readdir(join(root, 'deep'))).toEqual(['out']);
  });

  test.each([
    ['notes.txt', "holds 'notes.txt', which lovasz compile has not written"],
    ['state.bin', "holds 'state.bin', which was changed since"],
    [manifestFile, `holds '${manifestFile}', which lovasz compile has not written`],
  ])('refuses a folder in which %s is not its own, and leaves it', async (name, message) => {
    await write('first');
    await writeFile(join(folder, name), 'mine');
    const before = await readdir(folder);
    const writing = write('second');
    await expect(writing).rejects.toThrow(UsageError);
    await expect(writing).rejects.toThrow(`--out: ${folder} ${message}`);
    expect(await readdir(folder)).toEqual(before);
    expect(await readFile(join(folder, name), 'utf8')).toBe('mine');
    expect(await readdir(join(root, 'deep'))).toEqual(['out']);
  });

  test('refuses a file', async () => {
    const file = join(root, 'file');
    await writeFile(file, 'mine');
    await expect(writeOutputFolder(file, {})).rejects.toThrow(`--out: ${file} is no folder`);
    expect(await readFile(file, 'utf8')).toBe('mine');
  });
});
