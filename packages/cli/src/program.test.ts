import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unet } from '@lovasz/models';
import { decodeModel, modelBytes } from '@lovasz/onnx';
import { loadCheckpoint } from '@lovasz/onnxruntime';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventsOfKind, readMetricsFile, type RunEvent } from '@lovasz/runs';
import { runProgram } from './program.js';

let root: string;
/** A network small enough to be trained in a test. */
let tiny: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lovasz-'));
  tiny = join(root, 'tiny.onnx');
  const model = unet({ classCount: 5, width: 16, height: 16, base: 4, depth: 2, seed: 1 });
  await writeFile(tiny, modelBytes(model));
});
afterAll(() => rm(root, { recursive: true }));

/** A run of five steps, four of them the first epoch. */
const short = () =>
  `--model ${tiny} --size 16x16 --batch 250 --steps 5 --lr 0.01 --loss lovasz-softmax`.split(' ');

/** Runs a command line; `watch` sees what it prints on standard output and may stop it. */
async function lovasz(
  words: readonly string[],
  watch: (printed: string, stop: () => void) => void = () => undefined,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const printed = { stdout: '', stderr: '' };
  const interruption = new AbortController();
  const stream = (name: keyof typeof printed) =>
    ({
      write(text: string) {
        printed[name] += text;
        if (name === 'stdout') watch(text, () => interruption.abort());
        return true;
      },
    }) as NodeJS.WritableStream;
  const code = await runProgram(words, {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    signal: interruption.signal,
  });
  return { code, ...printed };
}

const eventsIn = (printed: string) =>
  printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
const stopAfter = (step: number) => (printed: string, stop: () => void) => {
  if (printed.startsWith(`{"event":"step","step":${step},`)) stop();
};
const lossesOf = (events: readonly RunEvent[]) => eventsOfKind(events, 'step').map(({ loss }) => loss);

describe('a whole run', () => {
  let whole: { code: number; stdout: string; stderr: string };
  let out: string;
  const file = (name: string) => join(out, name);
  beforeAll(async () => {
    out = join(root, 'whole');
    whole = await lovasz(['train', ...short(), '--json', '--out', out]);
  });

  test('ends with 0 and prints the events that it writes to metrics.jsonl, nothing else', async () => {
    expect(whole.stderr).toBe('');
    expect(whole.code).toBe(0);
    expect(whole.stdout).toBe(await readFile(file('metrics.jsonl'), 'utf8'));
    expect(eventsIn(whole.stdout).map(({ event }) => event)).toEqual([
      'start',
      'checkpoint',
      ...['step', 'step', 'step', 'step', 'evaluation', 'checkpoint'],
      ...['step', 'evaluation', 'checkpoint'],
      'end',
    ]);
  });

  test('learns, at the learning rate of Eq. 16', () => {
    const steps = eventsOfKind(eventsIn(whole.stdout), 'step');
    expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss);
    expect(steps.map(({ learningRate }) => learningRate)).toEqual(
      [0, 1, 2, 3, 4].map((step) => 0.01 * (1 - step / 5) ** 0.9),
    );
    expect(steps.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 1, 2]);
  });

  test('leaves a report with curves, classes and images', async () => {
    const page = await readFile(file('report.html'), 'utf8');
    for (const part of ['tiny.onnx on shapes', 'triangle', 'val-0', 'data:image/png'])
      expect(page).toContain(part);
  });

  test('evaluate gives the numbers of its last evaluation, for the checkpoint and for both models', async () => {
    const last = eventsOfKind(eventsIn(whole.stdout), 'evaluation').at(-1)!;
    const exported = file('exported/net.onnx');
    const checkpoint = file('checkpoint.safetensors');
    expect((await lovasz(['export', '--checkpoint', checkpoint, '--out', exported])).code).toBe(0);
    const networks = [
      ['--checkpoint', checkpoint],
      ['--model', exported, '--data', 'shapes', '--size', '16x16'],
      ['--model', file('model.onnx'), '--data', 'shapes', '--size', '16x16'],
    ];
    const confusions = [];
    for (const words of networks) {
      const { code, stdout } = await lovasz(['evaluate', ...words, '--json']);
      expect(code).toBe(0);
      const scores = JSON.parse(stdout);
      expect(scores).toMatchObject({ meanIou: last.meanIou, pixelAccuracy: last.pixelAccuracy });
      expect(Object.values(scores.classIou)).toEqual(last.classIou);
      confusions.push(scores.confusion);
    }
    expect(confusions[1]).toEqual(confusions[0]);
    expect(confusions[2]).toEqual(confusions[0]);
  });

  test('evaluate prints a table', async () => {
    const evaluation = ['evaluate', '--checkpoint', file('checkpoint.safetensors')];
    const { stdout } = await lovasz(evaluation);
    expect(stdout).toMatch(/^background +\d+\.\d %\n(.+\n){4}mIoU +\d+\.\d %\npixel accuracy +\d+\.\d %\n$/);
    const other = await lovasz([...evaluation, '--metric', 'mean-dice']);
    expect(other.stdout).toMatch(/^background +\d+\.\d %\n(.+\n){4}mean Dice +\d+\.\d %\n$/);
  });

  test('stopped in the middle of an epoch and resumed, it comes to the same bits', async () => {
    const other = join(root, 'stopped');
    const stopped = await lovasz(['train', ...short(), '--json', '--out', other], stopAfter(2));
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toBe(`stopped after step 2; to go on: lovasz train --resume --out ${other}\n`);
    expect(eventsIn(stopped.stdout).slice(-2)).toEqual([
      { event: 'checkpoint', step: 2, file: join(other, 'checkpoint.safetensors') },
      { event: 'interrupted', step: 2 },
    ]);
    await expect(readFile(join(other, 'report.html'), 'utf8')).resolves.toContain('stopped after step 2');

    expect((await lovasz(['train', '--resume', '--out', other, '--json'])).code).toBe(0);
    const [ends, expected] = await Promise.all(
      [other, out].map((directory) => loadCheckpoint(join(directory, 'checkpoint.safetensors'))),
    );
    expect(ends!.step).toBe(5);
    for (const part of ['weights', 'statistics', 'moments', 'optimizer'] as const) {
      expect(ends![part]).toEqual(expected![part]);
    }
    const events = readMetricsFile(join(other, 'metrics.jsonl'));
    expect(lossesOf(events)).toEqual(lossesOf(eventsIn(whole.stdout)));
    const scores = (from: readonly RunEvent[]) =>
      eventsOfKind(from, 'evaluation').map(({ step, classIou }) => ({ step, classIou }));
    expect(scores(events)).toEqual(scores(eventsIn(whole.stdout)));
  });

  test('--init takes weights and statistics, and starts anew', async () => {
    const other = join(root, 'initialized');
    const { code } = await lovasz(
      [
        ...['train', ...short(), '--optimizer', 'sgd', '--json'],
        ...['--init', file('checkpoint.safetensors'), '--out', other],
      ],
      // Before its first step.
      (printed, stop) => {
        if (printed.startsWith('{"event":"checkpoint","step":0')) stop();
      },
    );
    expect(code).toBe(130);
    const start = await loadCheckpoint(join(other, 'checkpoint.safetensors'));
    const origin = await loadCheckpoint(file('checkpoint.safetensors'));
    expect(start.step).toBe(0);
    expect(start.optimizer.name).toBe('sgd');
    expect(start.weights).toEqual(origin.weights);
    expect(start.statistics).toEqual(origin.statistics);
  });

  test('its exported network can be trained further', async () => {
    const other = join(root, 'further');
    const words = ['train', ...short(), '--model', file('model.onnx'), '--json', '--out', other];
    const { code, stdout } = await lovasz(words, stopAfter(1));
    expect(code).toBe(130);
    const losses = lossesOf(eventsIn(whole.stdout));
    expect(lossesOf(eventsIn(stdout))[0]).toBeLessThan(losses[0]!);
  });

  test('a folder with a run in it is left as it is', async () => {
    const before = await readFile(file('metrics.jsonl'));
    const { code, stderr } = await lovasz(['train', ...short(), '--out', out]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      `error: --out: ${out} holds a run already; --resume goes on with it, another --out starts anew\n`,
    );
    expect(await readFile(file('metrics.jsonl'))).toEqual(before);
  });

  test('a folder of a run that was ended before its first checkpoint starts anew', async () => {
    const early = join(root, 'early');
    await mkdir(early);
    await writeFile(join(early, 'metrics.jsonl'), '{"event":"sta');
    const { code, stdout } = await lovasz(['train', ...short(), '--json', '--out', early], stopAfter(1));
    expect(code).toBe(130);
    const written = (await readFile(join(early, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    expect(written.map((line) => JSON.parse(line))).toEqual(eventsIn(stdout));
  });

  test('--resume with another option is refused', async () => {
    const { code, stderr } = await lovasz(['train', '--resume', '--out', out, '--lr', '0.02']);
    expect(code).toBe(2);
    expect(stderr).toBe('error: --lr: 0.02 given, but the run to resume was started with 0.01\n');
  });

  test('a checkpoint cut short is refused, and nothing is overwritten', async () => {
    const damaged = join(root, 'damaged');
    await mkdir(damaged);
    const bytes = await readFile(file('checkpoint.safetensors'));
    const cut = bytes.subarray(0, bytes.length - 4);
    await writeFile(join(damaged, 'checkpoint.safetensors'), cut);
    await copyFile(file('metrics.jsonl'), join(damaged, 'metrics.jsonl'));
    const { code, stderr } = await lovasz(['train', '--resume', '--out', damaged]);
    expect(code).toBe(1);
    expect(stderr).toContain(`'${join(damaged, 'checkpoint.safetensors')}': the checkpoint is damaged`);
    expect(await readFile(join(damaged, 'checkpoint.safetensors'))).toEqual(cut);
  });

  test('a checkpoint of another model is refused, and no folder is made', async () => {
    const other = join(root, 'other-model');
    const { code, stderr } = await lovasz([
      ...['train', ...short(), '--model', 'unet', '--batch', '2'],
      ...['--init', file('checkpoint.safetensors'), '--out', other],
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('the checkpoint is of another model');
    await expect(readFile(join(other, 'metrics.jsonl'))).rejects.toThrow('ENOENT');
  });
});

describe('a network that ends in probabilities', () => {
  let file: string;
  const message = expect.stringMatching(/^output 'probabilities' .*Softmax/);
  beforeAll(async () => {
    file = join(root, 'probabilities.onnx');
    const model = decodeModel(await readFile(tiny));
    const { node, output } = model.graph!;
    const softmax = structuredClone(node[0]!);
    Object.assign(softmax, { name: 'softmax', opType: 'Softmax', attribute: [] });
    Object.assign(softmax, { input: [output[0]!.name], output: ['probabilities'] });
    node.push(softmax);
    output[0]!.name = 'probabilities';
    await writeFile(file, modelBytes(model));
  });
  const lines = (text: string) => text.split('\n').map((line) => line.replace(/^ *(-|warning:) /, ''));

  test('inspect says so', async () => {
    const { stdout } = await lovasz(['inspect', file]);
    expect(lines(stdout)).toContainEqual(message);
  });

  test('compile says so on standard error, in the guide and in the manifest', async () => {
    const out = join(root, 'probabilities');
    const { stderr } = await lovasz(['compile', file, '--out', out, '--input-shape', 'image=1x3x16x16']);
    expect(lines(stderr)).toContainEqual(message);
    expect(lines(await readFile(join(out, 'README.md'), 'utf8'))).toContainEqual(message);
    const { warnings } = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
    expect(warnings).toContainEqual(message);
  });

  test('train says so on standard error, among the events and in the report', async () => {
    const out = join(root, 'probabilities-run');
    const { stderr } = await lovasz(['train', ...short(), '--model', file, '--steps', '1', '--out', out]);
    expect(lines(stderr)).toContainEqual(message);
    const events = readMetricsFile(join(out, 'metrics.jsonl'));
    expect(eventsOfKind(events, 'warning').map((event) => event.message)).toContainEqual(message);
    expect(await readFile(join(out, 'report.html'), 'utf8')).toMatch(/<h2>Warnings<\/h2>.*'?probabilities/s);
  });
});

describe('a network of one output channel', () => {
  const one = new URL('one-channel.fixture.onnx', import.meta.url).pathname;
  const words = ['--model', one, '--size', '32x32', '--batch', '2', '--steps', '40', '--lr', '0.01'];
  const train = (...more: string[]) => lovasz(['train', ...words, ...more]);

  test('tells one class from the rest, by a binary loss', async () => {
    const out = join(root, 'one-channel');
    const { code, stderr } = await train(
      '--json',
      '--loss',
      'lovasz-hinge',
      '--foreground',
      'disc',
      '--out',
      out,
    );
    expect([code, stderr]).toEqual([0, '']);
    const events = readMetricsFile(join(out, 'metrics.jsonl'));
    expect(eventsOfKind(events, 'start')[0]!.classes).toEqual(['rest', 'disc']);
    const losses = lossesOf(events);
    const mean = (some: number[]) => some.reduce((sum, loss) => sum + loss, 0) / some.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.95 * mean(losses.slice(0, 10)));
    // Both classes are found: discs better than by calling everything a disc.
    const [rest, disc] = eventsOfKind(events, 'evaluation').at(-1)!.classIou;
    expect(rest!).toBeGreaterThan(0.7);
    expect(disc!).toBeGreaterThan(0.2);

    const judge = async (...more: string[]) => {
      const { stdout } = await lovasz(['evaluate', '--json', ...more]);
      return JSON.parse(stdout) as { classIou: Record<string, number>; confusion: number[][] };
    };
    const ofRun = await judge('--checkpoint', join(out, 'checkpoint.safetensors'));
    expect(ofRun.classIou).toEqual({ rest, disc });
    const file = ['--model', join(out, 'model.onnx'), '--data', 'shapes', '--foreground', 'disc'];
    expect(await judge(...file)).toEqual(ofRun);
    // A threshold below every logit makes all of them foreground.
    const all = await judge(...file, '--logit-threshold', '-1e6');
    expect(all.confusion.map((row) => row[0])).toEqual([0, 0]);
    expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('disc');
  });

  test('asks for a binary loss, and for data of two classes', async () => {
    const out = join(root, 'refused');
    expect(await train('--foreground', 'disc', '--out', out)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('accepted: hinge, lovasz-hinge, lovasz-sigmoid, binary-cross-entropy'),
    });
    expect(await train('--loss', 'hinge', '--out', out)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--foreground takes one of them against the rest'),
    });
    const compiled = await lovasz(['compile', one, '--out', out]);
    expect([compiled.code, compiled.stderr]).toEqual([2, expect.stringContaining('one score per pixel')]);
  });

  test('is described by inspect, whatever the loss', async () => {
    const { stdout } = await lovasz(['inspect', one]);
    expect(stdout).toContain(
      'trained output\n  logits [2, 1, 32, 32]: one score per pixel on axis 1, the foreground against the rest ' +
        '(by the operators that compute it); labels [2, 32, 32]\n',
    );
  });
});

describe('a network with channels last', () => {
  test('trains and is judged as the same network with channels first', async () => {
    const model = decodeModel(await readFile(tiny));
    const { node, input, output } = model.graph!;
    const between = (from: string, to: string, perm: readonly bigint[]) => {
      const transpose = structuredClone(node[0]!);
      const order = structuredClone(
        node.flatMap(({ attribute }) => attribute).find(({ name }) => name === 'strides')!,
      );
      Object.assign(order, { name: 'perm', ints: perm });
      Object.assign(transpose, {
        name: to,
        opType: 'Transpose',
        attribute: [order],
        input: [from],
        output: [to],
      });
      return transpose;
    };
    const [image, logits] = [input[0]!.name, output[0]!.name];
    for (const each of node) each.input = each.input.map((name) => (name === image ? 'first' : name));
    node.unshift(between(image, 'first', [0n, 3n, 1n, 2n]));
    node.push(between(logits, 'last', [0n, 2n, 3n, 1n]));
    for (const [info, channels] of [
      [input[0]!, 3],
      [output[0]!, 5],
    ] as const) {
      const type = info.type!.value;
      if (type.case !== 'tensorType') throw new Error('no tensor');
      const dims = type.value.shape!.dim;
      dims.push(dims.splice(1, 1)[0]!);
      expect(dims.at(-1)!.value.value).toBe(BigInt(channels));
    }
    output[0]!.name = 'last';
    const last = join(root, 'channels-last.onnx');
    await writeFile(last, modelBytes(model));

    const run = async (file: string, name: string) => {
      const out = join(root, name);
      const { code, stderr } = await lovasz(['train', ...short(), '--json', '--model', file, '--out', out]);
      expect([code, stderr]).toEqual([0, '']);
      const events = readMetricsFile(join(out, 'metrics.jsonl'));
      const { stdout } = await lovasz([
        'evaluate',
        '--model',
        join(out, 'model.onnx'),
        '--data',
        'shapes',
        '--size',
        '16x16',
        '--json',
      ]);
      return {
        losses: lossesOf(events),
        iou: eventsOfKind(events, 'evaluation').at(-1)!.classIou,
        judged: JSON.parse(stdout),
      };
    };
    const [expected, found] = [await run(tiny, 'first'), await run(last, 'last')];
    found.losses.forEach((loss, step) => expect(loss).toBeCloseTo(expected.losses[step]!, 6));
    expect(found.iou).toEqual(expected.iou);
    expect(found.judged).toEqual(expected.judged);

    const { stdout } = await lovasz(['inspect', last, '--input-shape', `${image}=2x16x16x3`]);
    expect(stdout).toContain(
      'last [2, 16, 16, 5]: 5 classes on axis 3 (by the operators that compute it); labels [2, 16, 16]',
    );
  });
});

test('training on crops, judging whole images', async () => {
  const out = join(root, 'crops');
  const words = [
    '--size',
    '32x24',
    '--crop',
    '16x16',
    '--batch',
    '100',
    '--steps',
    '1',
    '--json',
    '--out',
    out,
  ];
  const { code, stdout } = await lovasz(['train', ...words]);
  expect(code).toBe(0);
  expect(eventsIn(stdout)[0]).toMatchObject({ width: 16, height: 16 });
  const { stdout: scores } = await lovasz([
    'evaluate',
    '--checkpoint',
    join(out, 'checkpoint.safetensors'),
    '--json',
  ]);
  const last = eventsOfKind(eventsIn(stdout), 'evaluation').at(-1)!;
  expect(JSON.parse(scores)).toMatchObject({ meanIou: last.meanIou, pixelAccuracy: last.pixelAccuracy });
});

test('a compiled network takes its weights back', async () => {
  const [out, exported] = [join(root, 'compiled'), join(root, 'same.onnx')];
  const compiled = await lovasz(['compile', tiny, '--out', out, '--input-shape', 'image=1x3x16x16']);
  expect(compiled).toMatchObject({ code: 0, stderr: '' });
  expect(compiled.stdout).toContain(`how to run them: ${join(out, 'README.md')}`);
  const state = join(out, 'state.bin');
  const { code } = await lovasz([
    'export',
    '--compiled',
    out,
    '--state',
    state,
    '--model',
    tiny,
    '--out',
    exported,
  ]);
  expect(code).toBe(0);
  expect(await readFile(exported)).toEqual(await readFile(tiny));
  await writeFile(join(out, 'mine.txt'), 'mine');
  const again = await lovasz(['compile', tiny, '--out', out, '--input-shape', 'image=1x3x16x16']);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("holds 'mine.txt', which lovasz compile has not written");
});

test('inspect prints text, or one JSON object with the same numbers', async () => {
  const words = ['inspect', tiny, '--input-shape', 'image=1x3x16x16', '--optimizer', 'sgd'];
  const text = await lovasz(words);
  expect(text).toMatchObject({ code: 0, stderr: '' });
  const { code, stdout } = await lovasz([...words, '--json']);
  expect(code).toBe(0);
  const found = JSON.parse(stdout);
  expect(found.parameters.names).toHaveLength(found.parameters.tensors);
  expect(text.stdout).toContain(`parameters: ${found.parameters.numbers.toLocaleString('en-US')} numbers`);
});

test('a loss that is no number stops the run, and the last good checkpoint is kept', async () => {
  const out = join(root, 'diverged');
  const { code, stderr } = await lovasz([
    ...['train', ...short(), '--optimizer', 'sgd', '--lr', '1e38', '--loss', 'cross-entropy'],
    ...['--out', out],
  ]);
  const checkpoint = join(out, 'checkpoint.safetensors');
  expect(code).toBe(1);
  expect(stderr).toMatch(/error: the loss is (NaN|Infinity) at step \d/);
  expect(stderr).toContain(`${checkpoint} holds the last good state, after step 0`);
  expect((await loadCheckpoint(checkpoint)).step).toBe(0);
});

describe('a command line that cannot be carried out', () => {
  test.each([
    ['trane', "unknown command 'trane'\n(Did you mean train?)"],
    ['train --epoch 3', "unknown option '--epoch'\n(Did you mean --epochs?)"],
    ['train --model vgg', "--model: 'vgg' given; accepted: unet, enet, or a file whose name ends in .onnx"],
    ['train --data voc', "--data: 'voc' given; accepted: shapes,"],
    ['train --loss dice', "--loss: 'dice' given; accepted: cross-entropy, lovasz-softmax"],
    ['train --data camvid:no/such --out OUT', '--data: there is no folder no/such/train'],
    ['train --model no/such.onnx --out OUT', '--model: cannot read no/such.onnx'],
    ['train --init no/such --out OUT', '--init: there is no checkpoint no/such'],
    ['train --resume --out OUT', '--resume: there is no checkpoint OUT/checkpoint.safetensors'],
    [
      'train --batch 1001 --out OUT',
      '--batch: 1001 given; accepted: at most the 1000 images of shapes/train',
    ],
    ['train --size 8x64 --out OUT', '--size: width is 8; expected an integer of at least 16'],
    ['train --crop 65x64 --out OUT', '--crop: 65x64 given; accepted: at most the size of the images, 64x64'],
    ['train --crop 20x16 --out OUT', '--crop: 20x16 given with images of 64x64; accepted with unet'],
    ['evaluate', '--checkpoint or --model: none given; accepted: one of them'],
    ['evaluate --model net.onnx', '--data: none given with --model; accepted: shapes,'],
    [
      'evaluate --model unet --data shapes',
      "--model: 'unet' given; accepted: a file whose name ends in .onnx",
    ],
    ['evaluate --metric iou', "--metric: 'iou' given; accepted: mean-iou, pixel-accuracy,"],
    ['export --out net.onnx', '--checkpoint or --compiled: none given; accepted: one of them'],
    [
      'export --compiled OUT --out net.onnx',
      '--state or --model: none given with --compiled; accepted: both',
    ],
    [
      'export --compiled OUT --state s.bin --model n.onnx --out net.onnx',
      "--compiled: 'OUT' given; accepted: a folder that lovasz compile has written",
    ],
    ['compile no/such.onnx --out OUT', 'MODEL.onnx: cannot read no/such.onnx'],
    ['inspect no/such.onnx', 'MODEL.onnx: cannot read no/such.onnx'],
    ['compile net.onnx', "required option '--out <directory>' not specified"],
    ['compile net.onnx --out OUT --profile rocm', "--profile: 'rocm' given; accepted: generic, cuda, webgpu"],
  ])('%s: 2, what was given and what is accepted', async (line, message) => {
    const out = join(root, 'refused');
    const { code, stdout, stderr } = await lovasz(line.replace('OUT', out).split(' '));
    expect(stderr).toContain(`error: ${message.replace('OUT', out)}`);
    expect(stderr).not.toContain('\n    at ');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test('help and version are answered on standard output', async () => {
  const help = await lovasz(['train', '--help']);
  expect(help.code).toBe(0);
  expect(help.stdout).toContain('each class against the rest');
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  expect(await lovasz(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});
