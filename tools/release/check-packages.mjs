// Packs every package and looks at the tarballs, then installs them into an empty folder outside of the workspace and
// imports each entry point there: what a user gets must work without anything of this checkout.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { entryPoints, installInto, onnxruntimeNode, packInto, readJson, root } from './packages.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lovasz-packages-'));
const attw = join(root, 'node_modules/.bin/attw');
const { repository } = readJson(join(root, 'package.json'));

/** What is missing in a tarball, or too much in it. */
async function faultsOf({ folder: source, manifest, tarball, files }) {
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

try {
  const packed = packInto(folder);
  let failed = 0;
  for (const each of packed) {
    const faults = await faultsOf(each);
    failed += faults.length;
    for (const fault of faults) console.error(`${each.manifest.name}: ${fault}`);
    if (faults.length === 0) console.log(`${each.manifest.name} is packed well: ${each.files.length} files`);
  }
  if (failed > 0) throw new Error(`${failed} faults in the packed packages`);

  installInto(folder, [...packed.map(({ tarball }) => tarball), onnxruntimeNode]);
  for (const { manifest } of packed) {
    for (const { specifier, types } of entryPoints(manifest)) {
      if (types === undefined) continue;
      const script = `const module = await import(${JSON.stringify(specifier)});
        const names = Object.keys(module);
        if (names.length === 0) throw new Error('exports nothing');
        console.log(${JSON.stringify(specifier)} + ' imports: ' + names.length + ' exports');`;
      process.stdout.write(
        execFileSync(process.execPath, ['--input-type=module', '-e', script], {
          cwd: folder,
          encoding: 'utf8',
        }),
      );
    }
  }
  // A thread is started from a file that nothing imports.
  const pool = `import { createWorkerPool } from '@lovasz/core/worker-pool';
    await (await createWorkerPool(2)).close();`;
  execFileSync(process.execPath, ['--input-type=module', '-e', pool], { cwd: folder });
  console.log('@lovasz/core/worker-pool starts a thread');
  const help = execFileSync(join(folder, 'node_modules/.bin/lovasz'), ['--help'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (!help.includes('train')) throw new Error('lovasz --help does not name its commands');
  console.log('lovasz --help runs');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
