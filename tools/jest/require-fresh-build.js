import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const compiler = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url));

/**
 * Where tests start threads or processes, these run the built files: a build that is older than the sources would pass
 * or fail in their place. `npm test` builds before; `npx jest` alone may not.
 *
 * @throws Error that names what is to be built.
 */
export default function requireFreshBuild({ rootDir }) {
  const { stdout } = spawnSync(compiler, ['-b', '--dry', rootDir], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [, stale] = /would build project '(.*?)'/.exec(stdout) ?? [];
  if (stale === undefined) return;
  throw new Error(`the build of ${stale} is older than its sources; \`npx tsc -b\` in ${rootDir} builds it`);
}
