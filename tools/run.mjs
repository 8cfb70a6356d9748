// Builds a tool and what it depends on, then runs it: `npm run --silent parity -- losses FOLDER`.
// Build output goes to stderr only when the build fails, so that stdout is the tool's alone.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [tool, ...args] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const nx = join(dirname(require.resolve('nx/package.json')), require('nx/package.json').bin.nx);
const build = spawnSync(process.execPath, [nx, 'run', `@lovasz/${tool}:build`, '--outputStyle=static'], {
  cwd: root,
  encoding: 'utf8',
});
if (build.status !== 0) {
  process.stderr.write(`${build.stdout}${build.stderr}`);
  process.exit(1);
}
const run = spawnSync(
  process.execPath,
  [fileURLToPath(new URL(`${tool}/dist/${tool}.js`, import.meta.url)), ...args],
  {
    stdio: 'inherit',
  },
);
process.exit(run.status ?? 1);
