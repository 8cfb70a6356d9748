import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unet } from '@lovasz/models';
import { encodeModel, GraphBuilder, modelBytes } from '@lovasz/onnx';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { compileSettings, type CompileOptions } from '../compilation/compile-settings.js';
import { addSettings, readSettings } from '../options/settings-options.js';
import { strictCommand } from '../options/strict-command.js';
import { inspectFile, type TrainingInspection } from './inspect-file.js';
import { renderInspection } from './render-inspection.js';

let root: string;
let file: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lovasz-'));
  file = join(root, 'net.onnx');
  await writeFile(
    file,
    modelBytes(unet({ classCount: 3, width: 16, height: 16, base: 2, depth: 2, seed: 1 })),
  );
});
afterAll(() => rm(root, { recursive: true }));

function options(line: string): CompileOptions {
  const command = addSettings(strictCommand('inspect'), compileSettings);
  command.parse(line.split(' ').filter(Boolean), { from: 'user' });
  return readSettings(command, compileSettings);
}

test('a training step is counted for the shapes and settings that are given', async () => {
  const [one, two] = await Promise.all(
    [1, 2].map(async (batch) => {
      const { training } = await inspectFile(
        file,
        options(`--input-shape image=${batch}x3x16x16 --optimizer sgd`),
      );
      return training as TrainingInspection;
    }),
  );
  expect(two!.inference.flops).toBe(2 * one!.inference.flops);
  // The gradients to weights and to inputs each cost as much as the way forward, that of the image is not needed.
  expect(one!.step.flops / one!.inference.flops).toBeGreaterThan(2);
  expect(one!.step.flops / one!.inference.flops).toBeLessThan(6);
  expect(two!.memory.peak).toBeGreaterThan(1.5 * one!.memory.peak);
  expect(one!.memory.inputs).toBeGreaterThan(one!.stateBytes);
  expect(one!.labelShape).toEqual([1, 16, 16]);
  expect(two!.stateBytes).toBe(one!.stateBytes);

  const adam = (await inspectFile(file, options('--input-shape image=1x3x16x16'))).training;
  expect(adam).toMatchObject({ optimizer: 'adam', stateBytes: one!.stateBytes + 4 * one!.trained });
});

test('a step that computes activations again holds less and computes more', async () => {
  const [kept, again] = await Promise.all(
    ['1', 'auto'].map(async (recompute) => {
      const line = `--input-shape image=8x3x16x16 --recompute ${recompute}`;
      return (await inspectFile(file, options(line))).training as TrainingInspection;
    }),
  );
  expect(again!.memory.peak).toBeLessThan(0.95 * kept!.memory.peak);
  expect(again!.step.flops).toBeGreaterThan(1.1 * kept!.step.flops);
});

test('the text shows what the numbers are of', async () => {
  const text = renderInspection(
    await inspectFile(file, options('--input-shape image=1x3x16x16 --optimizer sgd')),
  );
  for (const line of [
    `${file}: lovasz, opset 18, `,
    '  image  float32  [batch, 3, height, width]',
    'parameters: 1,959 numbers in 34 tensors, 7.8 kB',
    '  BatchNormalization     10  yes',
    'training: a step of cross-entropy+lovasz-softmax by sgd for image [1, 3, 16, 16]',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).toMatch(/\n {2}step +\d+\.\d MFLOP +in \d+ nodes\n/);
  expect(text).not.toContain('warnings');
  expect(text.endsWith('\n')).toBe(true);
});

test('open dimensions ask for their lengths', async () => {
  const { warnings, training } = await inspectFile(file, options(''));
  expect(warnings).toEqual([
    "input 'image' has open dimensions, and training graphs have a fixed shape: give --input-shape image=Nx3xNxN",
  ]);
  expect(training).toEqual({ error: expect.stringContaining('must be bound by --input-shape') });
});

test('an open batch is taken for one image', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 2, 4]);
  const weight = { dataType: 'float32', shape: [3, 2, 1], data: Float32Array.of(1, 2, 3, 4, 5, 6) } as const;
  const y = graph.conv(x, graph.constantTensor(weight, 'weight'));
  const model = encodeModel({ name: 'g', inputs: [x], outputs: [{ name: 'y', value: y }] });
  const type = model.graph!.input[0]!.type!.value;
  if (type.case !== 'tensorType') throw new Error('x is a tensor');
  type.value.shape!.dim[0]!.value = { case: 'dimParam', value: 'batch' };
  const other = join(root, 'open-batch.onnx');
  await writeFile(other, modelBytes(model));
  const found = await inspectFile(other, options(''));
  expect(found.warnings).toEqual([
    "input 'x' leaves the batch open (described here: 1), and training graphs have a fixed shape: give --input-shape x=Nx2x4",
  ]);
  expect(found.output).toMatchObject({ classAxis: 1, classCount: 3, labelShape: [1, 4] });
  expect(found.training).toMatchObject({ inputShapes: { x: [1, 2, 4] } });
  const given = await inspectFile(other, options('--input-shape x=5x2x4'));
  expect(given.training).toMatchObject({ inputShapes: { x: [5, 2, 4] } });
});

test('what cannot be trained is described all the same', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 2, 4]);
  const weight = { dataType: 'float32', shape: [2, 1], data: Float32Array.of(1, 2) } as const;
  const y = graph.only('Add', [x, graph.constantTensor(weight, 'weight')]);
  const model = encodeModel({ name: 'g', inputs: [x], outputs: [{ name: 'y', value: y }] });
  model.graph!.node[0]!.domain = 'my.domain';
  const other = join(root, 'other.onnx');
  await writeFile(other, modelBytes(model));
  const text = renderInspection(await inspectFile(other, options('')));
  expect(text).toContain('  my.domain.Add      1  UNSUPPORTED\n');
  expect(text).toContain("unsupported\n  my.domain.Add 'y'\n");
  expect(text).toContain("training: not as it is\n  Add 'y': is of domain 'my.domain'");
});

test('names what no gradient reaches, with the reason', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 2, 4]);
  const weight = (name: string) => {
    const entries = {
      dataType: 'float32',
      shape: [3, 2, 1],
      data: Float32Array.of(1, 2, 3, 4, 5, 6),
    } as const;
    return graph.constantTensor(entries, name);
  };
  const outputs = ['seg', 'aux'].map((name) => ({ name, value: graph.conv(x, weight(`${name}.weight`)) }));
  const other = join(root, 'heads.onnx');
  await writeFile(other, modelBytes(encodeModel({ name: 'g', inputs: [x], outputs })));
  const found = await inspectFile(other, options(''));
  const reason = "only output 'aux' depends on it, and the loss is of 'seg'";
  expect(found.training).toMatchObject({ trained: 6, untrained: [{ name: 'aux.weight', reason }] });
  expect(renderInspection(found)).toContain(`not trained\n  aux.weight  ${reason}\n`);
});

test('describes a network that the loss does not go with, and says why', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 2, 4, 4]);
  const weight = graph.constantTensor(
    { dataType: 'float32', shape: [1, 2, 1, 1], data: Float32Array.of(1, 2) },
    'weight',
  );
  const other = join(root, 'one-score.onnx');
  const outputs = [{ name: 'y', value: graph.conv(x, weight) }];
  await writeFile(other, modelBytes(encodeModel({ name: 'g', inputs: [x], outputs })));
  const text = renderInspection(await inspectFile(other, options('')));
  expect(text).toMatch(/training: not as it is\n.*one score per pixel.*lovasz-hinge/);
  expect(text).toContain('Conv weight');
});
