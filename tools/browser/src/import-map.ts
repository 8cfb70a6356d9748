import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a browser makes of names of packages, as a page's `<script type="importmap">` has it. */
export interface ImportMap {
  readonly imports: Readonly<Record<string, string>>;
}

/** The conditions of `exports` that a bundler for browsers chooses by. */
const conditions = new Set(['browser', 'import', 'default']);

/**
 * The import map of packages that are served from `/node_modules`: each subpath that they export without a pattern.
 *
 * @param root the folder that is served.
 * @throws Error for a package that is not installed, or has no `exports`.
 * @example
 * importMap(root, ['@lovasz/core']).imports['@lovasz/core']; // '/node_modules/@lovasz/core/dist/index.js'
 */
export function importMap(root: string, packages: readonly string[]): ImportMap {
  const imports: Record<string, string> = {};
  for (const name of packages) {
    const path = join(root, 'node_modules', name, 'package.json');
    const { exports } = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly exports?: string | Conditions;
    };
    if (exports === undefined) throw new Error(`${path} has no exports`);
    const hasSubpaths =
      typeof exports === 'object' && Object.keys(exports).some((key) => key.startsWith('.'));
    const bySubpath = hasSubpaths ? exports : { '.': exports };
    for (const [subpath, target] of Object.entries(bySubpath)) {
      const file = resolve(target);
      if (file === undefined || file.includes('*')) continue;
      imports[join(name, subpath)] = join('/node_modules', name, file);
    }
  }
  return { imports };
}

/** Files by subpath or condition. null is what is not to be imported. */
interface Conditions {
  readonly [name: string]: string | null | Conditions;
}

function resolve(target: string | null | Conditions): string | undefined {
  if (typeof target === 'string') return target;
  for (const [condition, inner] of Object.entries(target ?? {})) {
    const file = conditions.has(condition) ? resolve(inner) : undefined;
    if (file !== undefined) return file;
  }
  return undefined;
}
