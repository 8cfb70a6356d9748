import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { encodeModel, GraphBuilder, modelBytes } from '@lovasz/onnx';
import { TensorProtoSchema } from 'onnx-buf';
import { runParity } from '../run-parity.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-tests-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** y = x·w, or another operator of the two, and what is expected of it. */
async function writeCase(name: string, operator: string, expected: readonly number[]): Promise<void> {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [2]);
  const w = graph.input('w', 'float32', [2]);
  const model = encodeModel({
    name,
    inputs: [x, w],
    outputs: [{ name: 'y', value: graph.multiply(x, w) }],
  });
  model.graph!.node[0]!.opType = operator;
  const data = join(folder, name, 'test_data_set_0');
  await mkdir(data, { recursive: true });
  await writeFile(join(folder, name, 'model.onnx'), modelBytes(model));
  const tensor = (file: string, values: readonly number[]): Promise<void> =>
    writeFile(
      join(data, file),
      toBinary(
        TensorProtoSchema,
        create(TensorProtoSchema, { dataType: 1, dims: [BigInt(values.length)], floatData: [...values] }),
      ),
    );
  await tensor('input_0.pb', [2, 3]);
  await tensor('input_1.pb', [5, 7]);
  await tensor('output_0.pb', expected);
}

async function run(...args: string[]): Promise<{ exitCode: number; lines: string[] }> {
  const lines: string[] = [];
  const exitCode = await runParity(['onnx-node-tests', folder, ...args], (line) => lines.push(line));
  return { exitCode, lines };
}

test('values and gradients are compared, and what cannot be read is left out with its reason', async () => {
  await writeCase('right', 'Mul', [10, 21]);
  await writeCase('unknown', 'Amalgamate', [10, 21]);
  const page = join(folder, 'page.md');
  const { exitCode, lines } = await run('--write', page);
  expect(lines[0]).toMatch(/^ok right {2}values 0\.0e\+0 {2}gradient \d\.\de-\d+$/);
  expect(lines[1]).toBe('-- unknown  left out: Amalgamate: this operator is not supported');
  expect(lines).toContain('1 gradients as central differences');
  expect(exitCode).toBe(0);
  expect(await readFile(page, 'utf8')).toMatch(/\| `Amalgamate` \| 1 +\| 0 +\| 0 +\| 0 +\| 0 +\| 1 +\|/);
});

test('a wrong value or a wrong shape fails', async () => {
  await writeCase('value', 'Mul', [10, 22]);
  await writeCase('shape', 'Mul', [10, 21, 0]);
  const { exitCode, lines } = await run();
  expect(lines[0]).toMatch(/^FAIL shape {2}values 'y' is inferred as float32\[2\], expected float32\[3\]/);
  expect(lines[1]).toMatch(/^FAIL value {2}values 4\.5e-2/);
  expect(exitCode).toBe(1);
});

test('a folder without cases is a wrong call', async () => {
  expect((await run('--only', 'nothing')).exitCode).toBe(2);
});
