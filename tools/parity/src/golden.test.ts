import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const file = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

// In a process of its own, as ONNX Runtime does not take the arrays of jest's realm; nx builds before it tests.
test.each([
  {
    of: 'running statistics and gradients of two networks',
    command: 'onnx-models',
    folder: 'models',
    cases: 3,
  },
  { of: 'one node of each operator', command: 'onnx-operators', folder: 'operators', cases: 132 },
  { of: 'losses', command: 'losses', folder: 'losses', cases: 13 },
])('$of are those of PyTorch and of closed forms', ({ command, folder, cases }) => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [file('dist/parity.js'), command, file(`fixtures/golden/${folder}`)],
    { encoding: 'utf8' },
  );
  const lines = stdout.trim().split('\n');
  expect([...lines.filter((line) => !line.startsWith('ok ')), stderr]).toEqual([
    `${cases} passed, 0 failed`,
    '',
  ]);
});
