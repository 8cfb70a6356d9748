// A training sends nothing and leaves nothing behind: its system calls are watched (Linux, strace), and its home and
// temporary folders looked at afterwards.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../packages/cli/bin/lovasz.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'lovasz-silence-'));
const [home, temporary, out] = ['home', 'temporary', 'out'].map((name) => join(root, name));
const trace = join(root, 'trace');
try {
  for (const folder of [home, temporary]) mkdirSync(folder);
  const training = `${command} train --model unet --data shapes --size 16x16 --batch 8 --steps 3 --out ${out}`;
  const { status, error, stderr } = spawnSync(
    'strace',
    [
      '-f',
      '-qq',
      '-e',
      'trace=socket,openat,creat,mkdir',
      '-o',
      trace,
      process.execPath,
      ...training.split(' '),
    ],
    { env: { PATH: process.env.PATH, HOME: home, TMPDIR: temporary }, encoding: 'utf8', cwd: root },
  );
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`the training ended with ${status}: ${stderr}`);

  const calls = readFileSync(trace, 'utf8').split('\n');
  const sockets = calls.filter((call) => /\bsocket\(/.test(call));
  const written = calls.filter((call) => /\bcreat\(|\bmkdir\(|O_CREAT/.test(call));
  // What failed made nothing. Everything that was made lies in the folder that was asked for.
  const elsewhere = written.filter((call) => !/= -1 /.test(call) && !call.includes(`"${out}`));
  if (written.length === elsewhere.length) throw new Error('the trace holds nothing of the output folder');
  const left = [home, temporary].flatMap((folder) => readdirSync(folder, { recursive: true }));
  const findings = [...sockets, ...elsewhere, ...left.map((file) => `left behind: ${file}`)];
  for (const finding of findings) console.error(finding);
  console.log(
    `a training of three steps: ${sockets.length} sockets, ${elsewhere.length + left.length} other files`,
  );
  process.exitCode = findings.length === 0 ? 0 : 1;
} finally {
  rmSync(root, { recursive: true });
}
