// Packs every package and looks at the tarballs, then installs them into an empty folder outside of the workspace: what
// a user gets must import there without anything of this checkout, under each compiler and each runtime that is named.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCompilers } from './check-compilers.mjs';
import { importEntryPoints } from './check-imports.mjs';
import { checkRuntimes } from './check-runtimes.mjs';
import { installInto, onnxruntimeNode, packInto } from './packages.mjs';
import { tarballFaults } from './tarball-faults.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lovasz-packages-'));
try {
  const packed = packInto(folder);
  let failed = 0;
  for (const each of packed) {
    const faults = await tarballFaults(each);
    failed += faults.length;
    for (const fault of faults) console.error(`${each.manifest.name}: ${fault}`);
    if (faults.length === 0) console.log(`${each.manifest.name} is packed well: ${each.files.length} files`);
  }
  if (failed > 0) throw new Error(`${failed} faults in the packed packages`);

  installInto(folder, [...packed.map(({ tarball }) => tarball), onnxruntimeNode]);
  for (const { manifest } of packed) importEntryPoints(folder, manifest);
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
  checkCompilers(folder);
  checkRuntimes(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
