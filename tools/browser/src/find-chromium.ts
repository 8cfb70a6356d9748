import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * The path of Chromium: the variable CHROMIUM, or the first of the usual names on the PATH.
 *
 * @throws Error when there is none.
 * @example
 * findChromium(process.env); // /usr/bin/chromium
 */
export function findChromium(environment: Readonly<Record<string, string | undefined>>): string {
  if (environment.CHROMIUM) return environment.CHROMIUM;
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
  if (found !== undefined) return found;
  throw new Error(`none of ${names.join(', ')} is on the PATH; install Chromium or set CHROMIUM to its path`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
