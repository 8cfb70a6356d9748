// The packages that are published, and how they are packed and installed as a user does it.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** Each package with its folder and its manifest; those that others build on come first. */
export const packages = inOrder(
  readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => ({ folder, manifest: readJson(join(folder, 'package.json')) })),
);

/** The version of ONNX Runtime that this repository is tested with. */
export const onnxruntimeNode = `onnxruntime-node@${readJson(join(root, 'package.json')).devDependencies['onnxruntime-node']}`;

/** What a package's `exports` lets one import, as `name` or `name/path`. */
export const entryPoints = ({ name, exports }) =>
  Object.entries(exports)
    .filter(([path]) => path !== './package.json')
    .map(([path, target]) => ({
      specifier: name + path.slice(1),
      types: typeof target === 'string' ? undefined : target.types,
    }));

/** Runs npm and returns what it writes; its complaints go to stderr. */
export const npm = (args, cwd, env = {}) =>
  execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });

/** Packs every package into a folder; each with its tarball and the files in it. */
export const packInto = (folder) =>
  packages.map((each) => {
    const packed = JSON.parse(npm(['pack', '--json', '--pack-destination', folder], each.folder));
    const [{ filename, files }] = Object.values(packed);
    return { ...each, tarball: join(folder, filename), files: files.map(({ path }) => path) };
  });

/** Installs into a folder outside of the workspace, as the README of `@lovasz/onnxruntime` says it. */
export function installInto(folder, specifiers, options = []) {
  if (!existsSync(join(folder, 'package.json'))) {
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'user', private: true, type: 'module' }),
    );
  }
  npm(['install', '--no-package-lock', '--no-audit', '--no-fund', ...options, ...specifiers], folder, {
    ONNXRUNTIME_NODE_INSTALL: 'skip',
  });
}

function inOrder(unordered) {
  const byName = new Map(unordered.map((each) => [each.manifest.name, each]));
  const ordered = new Set();
  const visit = (each) => {
    for (const name of Object.keys(each.manifest.dependencies ?? {})) {
      if (byName.has(name)) visit(byName.get(name));
    }
    ordered.add(each);
  };
  unordered.forEach(visit);
  return [...ordered];
}
