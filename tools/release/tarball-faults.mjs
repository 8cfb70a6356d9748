// What is wrong with a packed package, before anyone installs it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { entryPoints, readJson, root } from './packages.mjs';

const attw = join(root, 'node_modules/.bin/attw');
const { repository } = readJson(join(root, 'package.json'));

/** What is missing in a tarball, or too much in it. */
export async function tarballFaults({ folder: source, manifest, tarball, files }) {
  const faults = [];
  for (const field of ['description', 'keywords', 'license']) {
    if (!manifest[field]?.length) faults.push(`package.json has no "${field}"`);
  }
  const directory = source.slice(root.length);
  if (manifest.repository?.url !== repository.url || manifest.repository.directory !== directory) {
    faults.push(`"repository" is not that of the workspace with the directory ${directory}`);
  }
  if (!files.includes('README.md')) faults.push('README.md is missing');
  const license = files.includes('LICENSE') ? readFileSync(join(source, 'LICENSE'), 'utf8') : '';
  if (license !== readFileSync(join(root, 'LICENSE'), 'utf8'))
    faults.push('LICENSE is not that of the workspace');
  for (const file of files) {
    if (/\.(test|fixture)\.|(^|\/)(fixtures?|testing)\//.test(file)) faults.push(`${file} is for tests`);
  }
  // A page of a registry has no folder beside it that a relative link could lead to.
  const readme = readFileSync(join(source, 'README.md'), 'utf8');
  for (const [, target] of readme.matchAll(/\]\((?!https?:|#)([^)]*)\)/g)) {
    faults.push(`README.md links to ${target}; expected an absolute address`);
  }
  const pages = `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/`;
  for (const [, target] of readme.matchAll(/\]\((https?:[^)#]*)/g)) {
    if (!target.startsWith(pages)) continue;
    try {
      readFileSync(join(root, target.slice(pages.length)));
    } catch {
      faults.push(`README.md links to ${target}, which this repository does not have`);
    }
  }
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
    strict: true,
  });
  faults.push(...messages.map((message) => `publint: ${formatMessage(message, pkg)}`));
  try {
    // ES modules only: CommonJS imports them by import(), or by require() from Node 20.19 on.
    execFileSync(
      attw,
      [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color', ...untyped(manifest)],
      {
        encoding: 'utf8',
        stdio: 'pipe',
      },
    );
  } catch (error) {
    faults.push(`attw: ${error.stdout}${error.stderr}`);
  }
  return faults;
}

/** Entry points that are started as a thread, and never imported, have no types. */
const untyped = (manifest) => {
  const paths = entryPoints(manifest)
    .filter(({ types }) => types === undefined)
    .map(({ specifier }) => `.${specifier.slice(manifest.name.length)}`);
  return paths.length === 0 ? [] : ['--exclude-entrypoints', ...paths];
};
