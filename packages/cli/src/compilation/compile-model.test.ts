import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { enet, unet } from '@lovasz/models';
import { adam, decodeModel, modelBytes, sgd } from '@lovasz/onnx';
import { numbersOfInitializer } from '@lovasz/onnx/parts';
import { Trainer } from '@lovasz/onnxruntime';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { assembleLoss } from '@lovasz/runs/command';
import { addSettings, readSettings } from '../options/settings-options.js';
import { strictCommand } from '../options/strict-command.js';
import { compileSettings } from './compile-settings.js';
import { compileModel } from './compile-model.js';
import type { Manifest } from './manifest.js';
import { restoreCompiled } from './restore-compiled.js';

const run = promisify(execFile);

let root: string;
const path = (...names: string[]) => join(root, ...names);
/** A network without dropout: every run of it computes the same. */
let plain: string;
let withDropout: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lovasz-'));
  const size = { classCount: 3, width: 16, height: 16, seed: 1 };
  [plain, withDropout] = [path('plain.onnx'), path('dropout.onnx')];
  await writeFile(plain, modelBytes(unet({ ...size, base: 2, depth: 2 })));
  await writeFile(withDropout, modelBytes(enet(size)));
  // What a user installs.
  const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  await mkdir(path('node_modules'));
  await symlink(runtime, path('node_modules', 'onnxruntime-node'));
});
afterAll(() => rm(root, { recursive: true }));

function compile(model: string, out: string, line = ''): Promise<Manifest> {
  const command = addSettings(strictCommand('compile'), compileSettings).configureOutput({
    writeErr: () => undefined,
  });
  command.parse(['--input-shape', 'image=2x3x16x16', ...line.split(' ').filter(Boolean)], { from: 'user' });
  return compileModel(model, readSettings(command, compileSettings), path(out));
}

/** The programs that the README of a folder shows: for Node, the start for browsers, the loop that accumulates. */
async function programsOf(folder: string): Promise<{ node: string; browser: string; accumulating: string }> {
  const guide = await readFile(path(folder, 'README.md'), 'utf8');
  const [node, start, loop] = Array.from(guide.matchAll(/```js\n(.*?)```/gs), ([, text]) => text!);
  return {
    node: node!,
    // Put together as the README says.
    browser: start! + node!.slice(node!.indexOf('const manifest')),
    accumulating: node!.replace(/const learning_rate.*?\n}\n/s, () => loop!),
  };
}

/**
 * Runs a program inside of a compiled folder and returns the numbers that it prints, line by line. It leaves nothing in
 * the home and temporary folders.
 */
async function execute(
  folder: string,
  name: string,
  program: string,
  ...flags: string[]
): Promise<number[][]> {
  await writeFile(path(folder, name), program);
  const places = { HOME: path('home'), TMPDIR: path('temporary') };
  await Promise.all(Object.values(places).map((place) => mkdir(place, { recursive: true })));
  // Without what the tests' own processes have set.
  const environment: NodeJS.ProcessEnv = { ...process.env, ...places };
  delete environment['ORT_DISABLE_TELEMETRY'];
  const { stdout } = await run(process.execPath, [...flags, path(folder, name)], {
    env: environment,
  });
  const left = await Promise.all(Object.values(places).map((place) => readdir(place, { recursive: true })));
  expect(left.flat()).toEqual([]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replace('right', '0').split(' ').map(Number));
}

const lossesOf = (lines: readonly number[][]): number[] => lines.slice(0, -1).map(([, loss]) => loss!);

describe('the programs of the README', () => {
  let trainer: Trainer;
  let losses: number[];
  const image = Float32Array.from({ length: 1536 }, (_, i) => ((i * 37) % 101) / 50 - 1);
  const labels = Int32Array.from({ length: 512 }, (_, i) => (i * 7) % 3);
  beforeAll(async () => {
    await compile(plain, 'plain', '--optimizer sgd --lr 0.05 --weight-decay 0.001');
    trainer = await Trainer.create(await readFile(plain), {
      loss: assembleLoss(['cross-entropy', 'lovasz-softmax'], 255),
      optimizer: sgd({ momentum: 0.9, weightDecay: 0.001 }),
      inputShapes: { image: [2, 3, 16, 16] },
    });
    losses = [];
    for (let step = 0; step < 10; step++) {
      losses.push((await trainer.train({ inputs: { image }, labels }, 0.05)).loss);
    }
  });
  afterAll(() => trainer.close());

  const expectLosses = (found: readonly number[]): void => {
    expect(found).toHaveLength(losses.length);
    found.forEach((loss, step) => expect(loss).toBeCloseTo(losses[step]!, 4));
  };

  test('in Node, the losses fall and are those of the Trainer, and its weights come back', async () => {
    const lines = await execute('plain', 'train.mjs', (await programsOf('plain')).node);
    expectLosses(lossesOf(lines));
    expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.01);

    const predictions = await trainer.predict({ image });
    const right = predictions.filter((label, i) => label === labels[i]).length / labels.length;
    expect(lines.at(-1)![1]).toBeCloseTo(right, 2);

    const tuned = await restoreCompiled(path('plain'), path('plain', 'trained.bin'), plain);
    const expected = decodeModel(await trainer.exportModel()).graph!.initializer;
    expect(tuned.graph!.initializer.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    tuned.graph!.initializer.forEach((tensor, place) => {
      const numbers = numbersOfInitializer(expected[place]!);
      numbersOfInitializer(tensor).forEach((entry, i) => expect(entry).toBeCloseTo(numbers[i]!, 3));
    });
  });

  test('in a browser, it is the same program', async () => {
    // The runtime under its other name, and of a browser what the program touches.
    await mkdir(path('node_modules', 'onnxruntime-web'), { recursive: true });
    await writeFile(
      path('node_modules', 'onnxruntime-web', 'package.json'),
      JSON.stringify({ name: 'onnxruntime-web', type: 'module', exports: './index.js' }),
    );
    await writeFile(
      path('node_modules', 'onnxruntime-web', 'index.js'),
      `process.env.ORT_DISABLE_TELEMETRY = '1';
       export const { InferenceSession, Tensor } = await import('onnxruntime-node');`,
    );
    await writeFile(
      path('browser.mjs'),
      `import { readFile, writeFile } from 'node:fs/promises';
       globalThis.fetch = async (url) => new Response(await readFile(url));
       const blobs = new Map();
       URL.createObjectURL = (blob) => { blobs.set('blob:1', blob); return 'blob:1'; };
       globalThis.document = { createElement: () => ({ async click() {
         await writeFile(new URL('plain/' + this.download + '.saved', import.meta.url), blobs.get(this.href).stream());
       } }) };`,
    );
    await rm(path('plain', 'trained.bin'), { force: true });
    const { browser } = await programsOf('plain');
    const lines = await execute('plain', 'browser.mjs', browser, '--import', path('browser.mjs'));
    expectLosses(lossesOf(lines));
    await expect(
      restoreCompiled(path('plain'), path('plain', 'trained.bin.saved'), plain),
    ).resolves.toBeDefined();
  });

  test('gradients of several batches make the step of their mean', async () => {
    const { accumulating } = await programsOf('plain');
    // Both batches are the same one, so that the mean is too. Statistics follow twice, which training does not see.
    expectLosses(lossesOf(await execute('plain', 'accumulate.mjs', accumulating)));
  });

  test('labels outside of the classes are refused, in each program', async () => {
    const { node, browser, accumulating } = await programsOf('plain');
    const message = 'RangeError: labels hold 3 (pixels: 2) and other wrong values (pixels: 1)';
    const range = '; accepted: 0…2 or ignoreIndex 255';
    for (const program of [node, accumulating]) {
      const wrong = program.replace(
        /(labels: new Tensor\('int32', )(.*?\))(, \[2, 16, 16\]\))/,
        '$1mixed($2)$3',
      );
      expect(wrong).not.toBe(program);
      const mixed = 'const mixed = (labels) => (labels.set([3, 255, -1, 3]), labels);';
      await expect(execute('plain', 'wrong.mjs', `${mixed}\n${wrong}`)).rejects.toThrow(message + range);
    }
    expect(browser).toContain('...checked(nextBatch())');
    const guide = await readFile(path('plain', 'README.md'), 'utf8');
    expect(guide).toContain('**checked(next_batch()),');
    expect(guide).toContain('raise ValueError(f"labels hold {wrong[0]} (pixels: {pixels}){others}');
  });

  test('random inputs are fed where the network drops out', async () => {
    const { randomInputs, state } = await compile(withDropout, 'dropout');
    expect(randomInputs.length).toBeGreaterThan(0);
    expect(state.map(({ name }) => name)).toEqual([
      'parameters',
      'statistics',
      'first_moment',
      'second_moment',
    ]);
    const losses = lossesOf(await execute('dropout', 'train.mjs', (await programsOf('dropout')).node));
    expect(losses.every(Number.isFinite)).toBe(true);
  });
});

describe('a network of one output channel', () => {
  const one = new URL('../one-channel.fixture.onnx', import.meta.url).pathname;
  const compileOne = (out: string, line: string) => {
    const command = addSettings(strictCommand('compile'), compileSettings);
    command.parse(line.split(' '), { from: 'user' });
    return compileModel(one, readSettings(command, compileSettings), path(out));
  };

  test('has labels 0 and 1, and predicts by the sign of its logit', async () => {
    const manifest = await compileOne('one', '--loss binary-cross-entropy --lr 0.02');
    expect([manifest.classes, manifest.labels.shape, manifest.output.isBinary]).toEqual([
      2,
      [2, 32, 32],
      true,
    ]);
    const trainer = await Trainer.create(await readFile(one), {
      loss: assembleLoss(['binary-cross-entropy'], 255),
      optimizer: adam({ weightDecay: 2e-4 }),
    });
    const x = Float32Array.from({ length: 6144 }, (_, i) => ((i * 37) % 101) / 50 - 1);
    const labels = Int32Array.from({ length: 2048 }, (_, i) => (i * 7) % 2);
    const losses: number[] = [];
    for (let step = 0; step < 10; step++) {
      losses.push((await trainer.train({ inputs: { x }, labels }, 0.02)).loss);
    }
    const predictions = await trainer.predict({ x });
    await trainer.close();
    const lines = await execute('one', 'train.mjs', (await programsOf('one')).node);
    lossesOf(lines).forEach((loss, step) => expect(loss).toBeCloseTo(losses[step]!, 4));
    const right = predictions.filter((label, i) => label === labels[i]).length / labels.length;
    expect(lines.at(-1)![1]).toBeCloseTo(right, 2);
  });

  test('says so in its guide, with the threshold', async () => {
    await compileOne('threshold', '--loss hinge --logit-threshold 0.5');
    const guide = await readFile(path('threshold', 'README.md'), 'utf8');
    expect(guide).toContain(
      'Trained is the output `logits`, [2, 1, 32, 32]: one score per pixel on axis 1, the foreground against the rest. ' +
        'Predicted is 1 where it is above 0.5, and 0 elsewhere.',
    );
    expect(guide).toContain('[2, 32, 32]: 1 is the foreground, 0 the rest, 255 is left out.');
  });
});

describe('what is compiled', () => {
  test('frozen parameters lie in no vector', async () => {
    const all = await compile(plain, 'all');
    const some = await compile(plain, 'some', '--frozen encoder* --batch-norm frozen');
    const names = ({ layout }: Manifest) => layout.parameters.map(({ name }) => name);
    expect(names(some)).toEqual(names(all).filter((name) => !name.startsWith('encoder')));
    expect(names(some).length).toBeLessThan(names(all).length);
    expect(some.layout.statistics).toEqual(all.layout.statistics);
    await expect(compile(plain, 'none', '--frozen encodr*')).rejects.toThrow("--frozen: 'encodr*' given");
    await expect(readdir(path('none'))).rejects.toThrow('ENOENT');
  });

  test('activations are computed again where that was asked for', async () => {
    const nodesOf = async (folder: string) =>
      decodeModel(await readFile(path(folder, 'step.onnx'))).graph!.node.length;
    const kept = await compile(plain, 'kept');
    const again = await compile(plain, 'again', '--recompute 3');
    expect([kept, again].map(({ settings }) => settings.recompute)).toEqual([1, 3]);
    expect(await nodesOf('again')).toBeGreaterThan((await nodesOf('kept')) + 10);
  });

  test('a model that cannot be trained is named, and no folder is left', async () => {
    const broken = path('broken.onnx');
    await writeFile(broken, (await readFile(plain)).subarray(0, 1000));
    await expect(compile(broken, 'broken')).rejects.toThrow(`${broken}: the 1000 bytes are no ONNX model`);
    await expect(compile(plain, 'broken', '--input-shape picture=1x3x16x16')).rejects.toThrow(
      `${plain}: --input-shape names 'picture', but the inputs are 'image'`,
    );
    expect((await readdir(root)).filter((name) => name.startsWith('broken'))).toEqual(['broken.onnx']);
  });

  test('a state of another model is refused', async () => {
    await compile(plain, 'own');
    await writeFile(path('short.bin'), new Uint8Array(8));
    await expect(restoreCompiled(path('own'), path('short.bin'), plain)).rejects.toThrow(
      'has 8 bytes, expected',
    );
    await expect(restoreCompiled(path('own'), path('own', 'state.bin'), withDropout)).rejects.toThrow(
      'the model has no initializer',
    );
  });
});
