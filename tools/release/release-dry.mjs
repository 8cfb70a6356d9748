// Walks a release without leaving this machine: versions and publishes a copy of what is committed to a registry on the
// loopback interface, then installs each package from it into an empty folder and imports it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importEntryPoints } from './check-imports.mjs';
import { installInto, npm, onnxruntimeNode, packages, readJson, root } from './packages.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lovasz-release-'));
const workspace = join(folder, 'workspace');
const run = (command, args, options = {}) =>
  execFileSync(command, args, { cwd: workspace, stdio: ['ignore', 'inherit', 'inherit'], ...options });

/** A port that was free a moment ago. */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts a registry that keeps our packages to itself and fetches all others where npm is set up to. */
async function startRegistry() {
  const home = join(folder, 'registry');
  mkdirSync(home);
  writeFileSync(
    join(home, 'package.json'),
    // The registry asks for a tag of node-fetch that not every mirror has.
    JSON.stringify({ private: true, overrides: { 'node-fetch': '2.7.0' } }),
  );
  installInto(home, ['verdaccio@6.8.0']);
  const uplink = npm(['config', 'get', 'registry'], home).trim();
  const ours = { access: '$all', publish: '$anonymous', unpublish: '$anonymous' };
  writeFileSync(
    join(home, 'config.yaml'),
    JSON.stringify({
      storage: join(home, 'storage'),
      uplinks: { npm: { url: uplink } },
      packages: { '@lovasz/*': ours, lovasz: ours, '**': { access: '$all', proxy: 'npm' } },
      log: { type: 'file', path: join(home, 'log'), level: 'warn' },
    }),
  );
  const port = await freePort();
  const server = spawn(
    process.execPath,
    [
      join(home, 'node_modules/verdaccio/bin/verdaccio'),
      '-c',
      join(home, 'config.yaml'),
      '-l',
      `127.0.0.1:${port}`,
    ],
    { cwd: home, stdio: 'ignore' },
  );
  const address = `http://127.0.0.1:${port}/`;
  for (let attempt = 0; ; attempt++) {
    const isUp = await fetch(`${address}-/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return { address, port, stop: () => server.kill() };
    if (attempt > 100 || server.exitCode !== null) throw new Error('the registry does not start');
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

let registry;
try {
  run('git', ['clone', '--quiet', root, workspace], { cwd: folder });
  symlinkSync(join(root, 'node_modules'), join(workspace, 'node_modules'));
  registry = await startRegistry();
  const userConfig = join(folder, '.npmrc');
  // A registry takes no package without a token; this one takes any.
  writeFileSync(userConfig, `registry=${registry.address}\n//127.0.0.1:${registry.port}/:_authToken=any\n`);
  const env = { ...process.env, npm_config_userconfig: userConfig, npm_config_registry: registry.address };

  run('npx', ['changeset', 'version'], { env });
  run('npx', ['tsc', '-b', ...packages.map(({ folder: each }) => join(workspace, each.slice(root.length)))], {
    env,
  });
  run('npx', ['changeset', 'publish', '--no-git-tag'], { env });

  for (const { folder: each } of packages) {
    const manifest = readJson(join(workspace, each.slice(root.length), 'package.json'));
    const { name, version, peerDependencies = {} } = manifest;
    const user = join(folder, `user-of-${name.replace('/', '-')}`);
    mkdirSync(user);
    writeFileSync(join(user, '.npmrc'), `registry=${registry.address}\n`);
    const peers = 'onnxruntime-node' in peerDependencies ? [onnxruntimeNode] : [];
    installInto(user, [`${name}@${version}`, ...peers]);
    importEntryPoints(user, manifest);
    console.log(`${name}@${version} installs from the registry and imports`);
  }
} finally {
  registry?.stop();
  rmSync(folder, { recursive: true, force: true });
}
