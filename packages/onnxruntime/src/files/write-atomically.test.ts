import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeAtomically } from './write-atomically.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lovasz-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('writeAtomically', () => {
  test('writes text and bytes, in place of what was there', async () => {
    const file = join(folder, 'file');
    await writeAtomically(file, 'Lovász');
    expect(await readFile(file, 'utf8')).toBe('Lovász');
    await writeAtomically(file, Uint8Array.of(0, 255));
    expect([...(await readFile(file))]).toEqual([0, 255]);
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('keeps the old file and no other when writing fails half way', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'old');
    const torn = (async function* () {
      yield Buffer.from('half of the new');
      throw new Error('no space left');
    })();
    await expect(writeAtomically(file, torn as unknown as Uint8Array)).rejects.toThrow('no space left');
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('leaves nothing behind when the name cannot be taken', async () => {
    const occupied = join(folder, 'occupied');
    await mkdir(join(occupied, 'child'), { recursive: true });
    await expect(writeAtomically(occupied, 'new')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['occupied']);
    expect(await readdir(occupied)).toEqual(['child']);
  });

  test('names the missing folder', async () => {
    await expect(writeAtomically(join(folder, 'missing', 'file'), 'new')).rejects.toThrow(/ENOENT.*missing/);
  });

  test('writers at once leave one of the contents, whole', async () => {
    const file = join(folder, 'file');
    const contents = Array.from({ length: 8 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(contents.map((text) => writeAtomically(file, text)));
    expect(contents).toContain(await readFile(file, 'utf8'));
    expect(await readdir(folder)).toEqual(['file']);
  });
});
