import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a program that is called in the place of Python. Returns its path. */
export async function interpreter(folder: string, name: string, program: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!${process.execPath}\n${program}`);
  await chmod(path, 0o755);
  return path;
}

/** A peer whose network has that many parameters and whose every step takes that long. */
export const peerProgram = (parameters: number, seconds: number): string => `
  console.log(JSON.stringify({ version: '2.0', parameters: ${parameters} }));
  require('node:readline').createInterface({ input: process.stdin })
    .on('line', () => console.log(JSON.stringify({ seconds: ${seconds} })));`;
