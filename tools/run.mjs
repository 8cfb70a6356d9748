// Builds a tool and what it depends on, then runs it: `npm run --silent parity -- losses FOLDER`.
// Build output goes to stderr only when the build fails, so that stdout is the tool's alone.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [tool, ...args] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const nx = fileURLToPath(new URL('../node_modules/nx/bin/nx.js', import.meta.url));
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
