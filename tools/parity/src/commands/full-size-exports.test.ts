import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { encodeModel, GraphBuilder, modelBytes } from '@lovasz/onnx';
import { encodeSafetensors, type SafetensorsTensor } from '@lovasz/onnxruntime/safetensors';
import { runParity } from '../run-parity.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-'));
});
afterEach(() => rm(folder, { recursive: true }));

const float = (shape: number[], ...values: number[]): SafetensorsTensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(values),
});

/** One pixel with the value 2, its logits 2·0.5 and 2·(−1); the label is class 0. */
async function writeExport({
  weightGradient = 1,
  labelShape = [1, 1, 1],
  float32Error = 1.5e-6,
  logitError = 0,
} = {}): Promise<void> {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 1, 1, 1]);
  const weight = graph.constantTensor(
    { dataType: 'float32', shape: [2, 1, 1, 1], data: Float32Array.of(0.5, -1) },
    'head.weight',
  );
  const logits = graph.conv(x, weight);
  const model = encodeModel({ name: 'net', inputs: [x], outputs: [{ name: 'logits', value: logits }] });
  await writeFile(join(folder, 'net.onnx'), modelBytes(model));

  const probability = Math.exp(1) / (Math.exp(1) + Math.exp(-2));
  const [first, second] = [probability - 1, 1 - probability];
  const tensors = new Map<string, SafetensorsTensor>([
    ['x', float([1, 1, 1, 1], 2)],
    ['labels', { dtype: 'I32', shape: labelShape, data: Int32Array.of(0) }],
    ['logits', float([1, 2, 1, 1], 1 + logitError, -2)],
    ['gradient/head.weight', float([2, 1, 1, 1], 2 * first * weightGradient, 2 * second * weightGradient)],
    ['input/x', float([1, 1, 1, 1], 0.5 * first - second)],
  ]);
  await writeFile(join(folder, 'net.safetensors'), encodeSafetensors(tensors));
  const models = {
    versions: { torch: '2.15.0', onnx: '1.23.2' },
    models: [
      {
        name: 'net-dynamo',
        network: 'net',
        exporter: 'dynamo',
        nodes: 1,
        operators: { Conv: 1 },
        seed: 7,
        options: 'dynamo=True',
        input_shapes: { x: [1, 1, 1, 1] },
        expected_parameter_count: 1,
        file: 'net.onnx',
        tensors: 'net.safetensors',
        ignore_index: 255,
        label_shape: [1, 1, 1],
        parameters: [{ initializer: 'head.weight' }],
        tolerance: {
          logits: { relative_to_tensor_maximum: 1e-4 },
          loss: { relative: 1e-5 },
          gradient: { relative_to_tensor_maximum: 5e-4, floor_relative_to_model_maximum: 1e-3 },
        },
        cases: [
          {
            name: 'eval',
            batch_norm: 'eval',
            inputs: { x: 'x' },
            labels: 'labels',
            logits: 'logits',
            losses: { cross_entropy: -Math.log(probability) },
            gradients: { cross_entropy: 'gradient/' },
            input_gradients: { cross_entropy: 'input/x' },
            float32_gradient_error: float32Error,
          },
        ],
      },
    ],
    not_exported: [{ network: 'net', exporter: 'torchscript', reason: 'Error: no such operator' }],
  };
  await writeFile(join(folder, 'models.json'), JSON.stringify(models));
}

/** The built program in a process of its own: onnxruntime-node does not take arrays of jest's realm. */
async function compare(
  ...options: string[]
): Promise<{ exitCode: number | null; lines: string[]; page: string }> {
  const path = join(folder, 'page.md');
  const program = fileURLToPath(new URL('../../dist/parity.js', import.meta.url));
  const call = [program, 'full-size-exports', folder, '--write', path, ...options];
  const { status, stdout } = spawnSync(process.execPath, call, { encoding: 'utf8' });
  return { exitCode: status, lines: stdout.trimEnd().split('\n'), page: await readFile(path, 'utf8') };
}

test('an export that agrees is a row of figures, and one that was refused a row with its reason', async () => {
  await writeExport();
  const { exitCode, lines, page } = await compare();
  expect(exitCode).toBe(0);
  expect(lines.at(-1)).toBe('1 passed, 0 failed');
  expect(page).toContain('torch 2.15.0, onnx 1.23.2');
  expect(page).toContain('Networks: 1. Exports: 1, and 1 that an exporter refused.');
  expect(page).toContain('Passes: 1, of which 1 compile and run and 1 agree with PyTorch.\n');
  expect(page).toMatch(
    /\| net \| dynamo \| eval \| 1 \| 1 \| \d+ \| \d+\.\d \| [\d.e+-]+ \| [\d.e+-]+ \| [\d.e+-]+ \| {2}\| 1\.5e-6 \|/,
  );
  expect(page).toMatch(/\| net \| torchscript \| not exported \(1\) \|[ |]+\n/);
  expect(page).toContain('1. Error: no such operator');
  expect(page).toContain('| dynamo | dynamo=True | 0 |');
  expect(page).toContain('| net | 1×1×1×1 | 7 | 1 |');
  expect(page).toContain('| Conv | 1 |');
});

test('a gradient that is off by a thousandth fails, and the table names it', async () => {
  await writeExport({ weightGradient: 1.001 });
  const { exitCode, page } = await compare();
  expect(exitCode).toBe(1);
  expect(page).toContain('1 compile and run and 0 agree with PyTorch. In 0 of the other 1 the');
  expect(page).toMatch(/\| \*\*1\.0e-3\*\* `head\.weight` \|/);
});

test('logits are judged in units of the largest', async () => {
  await writeExport({ logitError: 1.5e-4 });
  expect((await compare()).exitCode).toBe(0);
  await writeExport({ logitError: 3e-4 });
  const { exitCode, page } = await compare();
  expect(exitCode).toBe(1);
  expect(page).toContain('| **1.5e-4** |');
});

test('the page counts where PyTorch in float32 is as far off', async () => {
  await writeExport({ weightGradient: 1.001, float32Error: 6e-4 });
  const { exitCode, page } = await compare();
  expect(exitCode).toBe(1);
  expect(page).toContain('In 1 of the other 1 the');
});

test('what cannot be compiled fails with its reason', async () => {
  await writeExport({ labelShape: [1, 1] });
  const { exitCode, lines, page } = await compare();
  expect(exitCode).toBe(1);
  expect(lines[0]).toMatch(/^FAIL net-dynamo\/eval {2}not compared {2}1 {2}\S/);
  expect(page).toContain('| net | dynamo | eval | 1 | 1 | fails (1) |');
});

test('--resume takes the figures of an earlier call, unless the exports are newer', async () => {
  const figures = join(folder, 'figures.json');
  await writeExport();
  await compare();
  const kept = await readFile(figures, 'utf8');
  await writeFile(figures, kept.replace(/"compileSeconds":[\d.e-]+/, '"compileSeconds":123'));
  expect((await compare('--resume')).page).toContain(' | 123.0 | ');
  await utimes(figures, 0, 0);
  expect((await compare('--resume')).page).not.toContain(' | 123.0 | ');
});

test('figures of a case that fails are not kept', async () => {
  await writeExport({ weightGradient: 1.001 });
  await compare();
  await writeExport();
  await utimes(join(folder, 'models.json'), 0, 0);
  expect((await compare('--resume')).exitCode).toBe(0);
});

test('a folder that the exporters did not write is a wrong call', async () => {
  await writeFile(join(folder, 'models.json'), JSON.stringify({ models: [{ name: 'net', cases: [] }] }));
  const complaint = jest.spyOn(console, 'error').mockReturnValue();
  expect(await runParity(['full-size-exports', folder], () => undefined)).toBe(2);
  expect(complaint).toHaveBeenCalledWith(expect.stringMatching('was not written by export_networks.py'));
  complaint.mockRestore();
});
