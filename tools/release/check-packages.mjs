// Packs every package, installs the tarballs into an empty folder outside of the workspace, and imports each one there:
// what a user gets must work without anything of this checkout.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lovasz-packages-'));
const npm = (args, cwd) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
  const manifests = packages.map((path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')));
  const tarballs = packages.map((path) =>
    JSON.parse(npm(['pack', '--json', '--pack-destination', folder], path)),
  );
  const files = tarballs.map((packed) =>
    join(folder, (Array.isArray(packed) ? packed[0] : Object.values(packed)[0]).filename),
  );
  // onnxruntime-node is a peer of the adapter; its install script only fetches CUDA libraries.
  const runtime = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies[
    'onnxruntime-node'
  ];
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'user',
      private: true,
      type: 'module',
      allowScripts: { 'onnxruntime-node': false },
    }),
  );
  writeFileSync(join(folder, '.npmrc'), 'onnxruntime-node-install=skip\naudit=false\nfund=false\n');
  npm(['install', '--no-package-lock', ...files, `onnxruntime-node@${runtime}`], folder);
  for (const { name } of manifests) {
    const script = `import(${JSON.stringify(name)}).then((module) => {
      const names = Object.keys(module);
      if (names.length === 0) throw new Error('exports nothing');
      console.log(${JSON.stringify(name)} + ' imports: ' + names.length + ' exports');
    })`;
    process.stdout.write(execFileSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' }));
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
