import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { interpreter } from '../testing/interpreter.js';
import { measureCompile } from './compile.js';

let folder = '';
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'lovasz-bench-'))));
afterAll(() => rm(folder, { recursive: true }));

test('chains of every length are measured, and what they must not exceed is said', async () => {
  const figures = await measureCompile({ repeats: 1, nodes: [10, 20, 40] });
  expect(figures.map(({ name }) => name)).toEqual([
    ...[10, 20, 40].flatMap((nodes) => [
      `chain of ${nodes} nodes: differentiated`,
      `chain of ${nodes} nodes: processor time per node`,
    ]),
    'processor time per node, 40 / 20 nodes',
  ]);
  expect(figures.every(({ value }) => value > 0)).toBe(true);
  expect(figures.filter(({ must }) => must !== undefined).map(({ must }) => must)).toEqual([3, 1.3]);
});

test('a file that Python exports is measured in time, and in memory against its size', async () => {
  // The export, by what stands for Python: the chain that is measured below.
  const python = await interpreter(
    folder,
    'export',
    `import(${JSON.stringify(new URL('../../dist/compile-work.js', import.meta.url).href)})
       .then(({ chain }) => require('node:fs').writeFileSync(process.argv[3], chain(30)));`,
  );
  const figures = await measureCompile({ repeats: 1, nodes: [10], python });
  expect(figures.slice(0, 4)).toMatchObject([
    { name: 'fcn_resnet50: the file', unit: 'MB' },
    { name: 'fcn_resnet50: inspected and differentiated', must: 2 },
    { name: 'fcn_resnet50: processor time' },
    { name: 'fcn_resnet50: memory', must: 2.5 },
  ]);
});

test('a Python that cannot export is named', async () => {
  const python = await interpreter(folder, 'broken', 'process.exit(3)');
  await expect(measureCompile({ repeats: 1, nodes: [10], python })).rejects.toThrow(`--python ${python}: `);
});
