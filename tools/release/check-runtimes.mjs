// Kernels, threads and training on each runtime: the numbers of this Node, bit for bit.
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installInto } from './packages.mjs';

/** Each runtime is an npm package whose command lies at this place. */
const runtimes = {
  'Node 22': { install: 'node22@npm:node@22.23.3', command: ['node22/bin/node'] },
  'Node 24': { install: 'node24@npm:node@24.9.0', command: ['node24/bin/node'] },
  'Bun 1.4': { install: 'bun@1.4.5', command: ['.bin/bun', 'run'] },
  'Deno 2.9': { install: 'deno@2.9.6', command: ['.bin/deno', 'run', '--allow-all'] },
};

/** Throws where a runtime fails or gives another number than the Node that runs this. */
export function checkRuntimes(folder) {
  const program = join(folder, 'runtime-numbers.mjs');
  cpSync(fileURLToPath(new URL('runtime-numbers.mjs', import.meta.url)), program);
  const run = (command, args) =>
    execFileSync(command, [...args, program], { cwd: folder, encoding: 'utf8' }).trim();
  const expected = run(process.execPath, []);
  console.log(`Node ${process.versions.node}: ${expected}`);
  installInto(
    folder,
    Object.values(runtimes).map(({ install }) => install),
    ['--no-save'],
  );
  for (const [name, { command }] of Object.entries(runtimes)) {
    const [file, ...args] = command;
    const got = run(join(folder, 'node_modules', file), args);
    if (got !== expected) throw new Error(`${name} gives ${got}; expected ${expected}`);
    console.log(`${name} gives the same numbers`);
  }
}
