import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { encodeModel, GraphBuilder, modelBytes } from '@lovasz/onnx';
import { encodeSafetensors, type SafetensorsTensor } from '@lovasz/onnxruntime/safetensors';
import { runParity } from './run-parity.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function run(...args: string[]): Promise<{ exitCode: number; lines: string[] }> {
  const lines: string[] = [];
  const exitCode = await runParity(args, (line) => lines.push(line));
  return { exitCode, lines };
}

const float = (...values: number[]): SafetensorsTensor => ({
  dtype: 'F64',
  shape: [values.length],
  data: Float64Array.from(values),
});
const integers = (...values: number[]): SafetensorsTensor => ({
  dtype: 'I32',
  shape: [values.length],
  data: Int32Array.from(values),
});

/** Three points with errors 2, 1.5 (background) and 0: weights 1/2, 1/6 and 1/3. */
function hingeCase(name: string, gradient: readonly number[]) {
  return {
    tensors: [
      [`${name}.input`, float(-1, 0.5, 2)],
      [`${name}.labels`, integers(1, 0, 1)],
      [`${name}.gradient`, float(...gradient)],
    ] as const,
    description: { name, loss: 'lovasz-hinge', options: { ignoreIndex: null }, value: 1.25 },
  };
}

async function writeCases(
  cases: readonly object[],
  tensors: readonly (readonly [string, SafetensorsTensor])[],
) {
  await writeFile(join(folder, 'cases.json'), JSON.stringify({ seed: 1, cases }));
  await writeFile(join(folder, 'losses.safetensors'), encodeSafetensors(new Map(tensors)));
}

describe('parity losses', () => {
  test('a right case passes', async () => {
    const { description, tensors } = hingeCase('hinge', [-1 / 2, 1 / 6, 0]);
    await writeCases([description], tensors);
    const { exitCode, lines } = await run('losses', folder);
    expect(lines).toEqual([
      expect.stringMatching(/^ok hinge {2}\d\.\de[+-]\d+ {2}1e-12$/),
      '1 passed, 0 failed',
    ]);
    expect(exitCode).toBe(0);
  });

  test('a wrong gradient or value fails, and does not hide the others', async () => {
    const wrongSign = hingeCase('wrong-sign', [1 / 2, 1 / 6, 0]);
    const wrongValue = hingeCase('wrong-value', [-1 / 2, 1 / 6, 0]);
    const right = hingeCase('right', [-1 / 2, 1 / 6, 0]);
    await writeCases(
      [wrongSign.description, { ...wrongValue.description, value: 1.26 }, right.description],
      [...wrongSign.tensors, ...wrongValue.tensors, ...right.tensors],
    );
    const { exitCode, lines } = await run('losses', folder, '--backend', 'reference');
    expect(lines[0]).toBe('FAIL wrong-sign  2.0e+0  1e-12');
    expect(lines[1]).toMatch(/^FAIL wrong-value {2}7\.9e-3/);
    expect(lines[2]).toMatch(/^ok right/);
    expect(lines[3]).toBe('1 passed, 2 failed');
    expect(exitCode).toBe(1);
  });

  test('the weights themselves can be a case', async () => {
    await writeCases(
      [{ name: 'w', loss: 'jaccard-weights', options: {}, value: 1.25 }],
      [
        ['w.errors', float(2, 1.5, 0)],
        ['w.foreground', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 0, 1) }],
        ['w.weights', float(1 / 2, 1 / 6, 1 / 3)],
      ],
    );
    expect((await run('losses', folder)).exitCode).toBe(0);
  });

  test.each(['kernels-exact', 'kernels-histogram', 'tfjs-cpu'])(
    '%s knows signs, and refuses what it lacks',
    async (backend) => {
      const right = hingeCase('right', [-1 / 2, 1 / 6, 0]);
      const wrongSign = hingeCase('wrong-sign', [1 / 2, 1 / 6, 0]);
      const other = hingeCase('other', [0, 0, 0]);
      await writeCases(
        [
          right.description,
          wrongSign.description,
          { ...other.description, loss: 'focal' },
          { name: 'w', loss: 'jaccard-weights', options: {}, value: 1.25 },
        ],
        [
          ...right.tensors,
          ...wrongSign.tensors,
          ...other.tensors,
          ['w.errors', float(2, 1.5, 0)],
          ['w.foreground', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 0, 1) }],
          ['w.weights', float(1 / 2, 1 / 6, 1 / 3)],
        ],
      );
      const { lines } = await run('losses', folder, '--backend', backend);
      expect(lines[0]).toMatch(/^ok right/);
      expect(lines[1]).toMatch(/^FAIL wrong-sign/);
      expect(lines[2]).toMatch(/^FAIL other .*unknown loss "focal"/);
      expect(lines[3]).toMatch(/^ok w/);
    },
  );

  test('what cannot be compared fails with the reason', async () => {
    const { description, tensors } = hingeCase('known', [-1 / 2, 1 / 6, 0]);
    await writeCases(
      [
        { ...description, loss: 'dice' },
        { ...description, options: { temperature: 2 } },
        { ...description, name: 'absent' },
        {},
      ],
      tensors,
    );
    const { exitCode, lines } = await run('losses', folder);
    expect(lines[0]).toMatch(/^FAIL known .*unknown loss "dice"/);
    expect(lines[1]).toMatch(/^FAIL known .*unknown option "temperature"/);
    expect(lines[2]).toMatch(/^FAIL absent .*no tensor "absent\.input"/);
    expect(lines[3]).toMatch(/^FAIL case 3 /);
    expect(lines[4]).toBe('0 passed, 4 failed');
    expect(exitCode).toBe(1);
  });

  test('a folder without cases fails', async () => {
    expect(await run('losses', folder)).toEqual({ exitCode: 1, lines: ['0 passed, 0 failed'] });
  });
});

describe('parity compiled', () => {
  /** Writes a program that is called in the place of Python: Node's own program, whose output is changed. */
  async function python(name: string, change: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(
      path,
      `#!${process.execPath}
       const { execFileSync } = require('node:child_process');
       const program = process.argv[2].replace('.py', '.mjs');
       const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' });
       process.stdout.write(${change});`,
    );
    await chmod(path, 0o755);
    return path;
  }

  test('the same losses pass, others fail, and what cannot be run says why', async () => {
    const model = join(folder, 'tiny.onnx');
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2, 2, 3, 3]);
    const data = Float32Array.from({ length: 6 }, (_, place) => Math.sin(place));
    const logits = graph.conv(
      x,
      graph.constantTensor({ dataType: 'float32', shape: [3, 2, 1, 1], data }, 'weight'),
    );
    const outputs = [{ name: 'logits', value: logits }];
    await writeFile(model, modelBytes(encodeModel({ name: 'tiny', inputs: [x], outputs })));

    const same = await run('compiled', model, '--python', await python('same', 'printed'));
    expect(same.lines).toEqual([
      'ok tiny/sgd  0.0e+0  0.001',
      'ok tiny/adam  0.0e+0  0.001',
      '2 passed, 0 failed',
    ]);
    expect(same.exitCode).toBe(0);

    const off = await python('off', "printed.replace(/^3 .*$/m, (line) => '3 ' + 1.01 * line.slice(2))");
    const other = await run('compiled', model, '--python', off);
    expect(other.lines[0]).toBe('FAIL tiny/sgd  1.0e-2  0.001');
    expect(other.exitCode).toBe(1);

    const missing = await run('compiled', join(folder, 'no.onnx'), '--python', off);
    expect(missing.lines[0]).toMatch(/^FAIL no\/sgd {2}not compared .*cannot read .*no\.onnx/);
  });
});

describe('parity reach', () => {
  test('compares every trained parameter, and tells what is not trained', async () => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'float32', [2, 2, 3]);
    const weight = (name: string) =>
      graph.constantTensor(
        { dataType: 'float32', shape: [3, 2, 1], data: Float32Array.of(1, 2, 0, 1, 3, 1) },
        name,
      );
    const outputs = ['seg', 'aux'].map((name) => ({ name, value: graph.conv(x, weight(`${name}.weight`)) }));
    const file = join(folder, 'heads.onnx');
    await writeFile(file, modelBytes(encodeModel({ name: 'heads', inputs: [x], outputs })));
    const { exitCode, lines } = await run('reach', file, join(folder, 'none.onnx'));
    expect(lines).toEqual([
      `not trained ${file} aux.weight: only output 'aux' depends on it, and the loss is of 'seg'`,
      expect.stringMatching(/^ok .*heads.onnx seg.weight {2}\d.\de-\d+ {2}0.0001$/),
      expect.stringMatching(/^FAIL .*none.onnx {2}not compared/),
      '1 passed, 1 failed',
    ]);
    expect(exitCode).toBe(1);
  });
});

describe('a wrong call', () => {
  let said: string;

  beforeEach(() => {
    said = '';
    jest.spyOn(console, 'error').mockImplementation((text: string) => void (said += text));
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([
    ['a missing folder', () => ['losses', join(folder, 'nowhere')], /no folder ".*nowhere"/],
    ['an unknown backend', () => ['losses', folder, '--backend', 'abacus'], /"abacus"; accepted: reference/],
    ['an unknown option', () => ['losses', folder, '--speed'], /--speed/],
    ['an unknown command', () => ['gains', folder], /gains/],
    ['no folder', () => ['losses'], /folder/],
    ['no Python', () => ['compiled', 'net.onnx'], /--python/],
  ])('%s exits with 2 and says what was wrong', async (_, args, message) => {
    expect(await run(...args())).toEqual({ exitCode: 2, lines: [] });
    expect(said).toMatch(message);
  });

  test('a file that is cut short is named', async () => {
    await writeFile(join(folder, 'losses.safetensors'), new Uint8Array(3));
    expect((await run('losses', folder)).exitCode).toBe(2);
    expect(said).toMatch(/losses\.safetensors .* 3 bytes/);
  });
});
