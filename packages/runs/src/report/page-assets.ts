import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What the page is made to work by: style sheets and scripts, whole. */
export interface PageAssets {
  readonly styles: string;
  /** The chart library with its licence, then the script that draws this page's charts. */
  readonly scripts: readonly string[];
}

// The folder stands beside both src and dist.
const assets = new URL('../../assets/', import.meta.url);

export async function readPageAssets(): Promise<PageAssets> {
  const library = dirname(createRequire(import.meta.url).resolve('uplot/package.json'));
  const [libraryStyle, style, license, libraryScript, script] = await Promise.all([
    readFile(join(library, 'dist/uPlot.min.css'), 'utf8'),
    readFile(new URL('report.css', assets), 'utf8'),
    readFile(join(library, 'LICENSE'), 'utf8'),
    readFile(join(library, 'dist/uPlot.iife.min.js'), 'utf8'),
    readFile(new URL('report.js', assets), 'utf8'),
  ]);
  return { styles: libraryStyle + style, scripts: [`/*\n${license}*/\n${libraryScript}`, script] };
}
