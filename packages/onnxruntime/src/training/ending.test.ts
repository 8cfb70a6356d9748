import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GraphBuilder, encodeModel, modelBytes } from '@lovasz/onnx';

const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lovasz-'));
  const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  await symlink(dirname(runtime), join(folder, 'node_modules'));
  const graph = new GraphBuilder();
  const image = graph.input('image', 'float32', [1, 2, 4, 4]);
  const weight = { dataType: 'float32' as const, shape: [2, 2, 1, 1], data: Float32Array.of(1, 0, 0, 1) };
  const logits = graph.conv(image, graph.constantTensor(weight, 'weight'));
  const model = encodeModel({ name: 'tiny', inputs: [image], outputs: [{ name: 'logits', value: logits }] });
  await writeFile(join(folder, 'network.onnx'), modelBytes(model));
});
afterAll(() => rm(folder, { recursive: true }));

/** Of a program that trains by the built packages. */
const opening = `
  import { crossEntropy } from '@lovasz/core';
  import { sgd } from '@lovasz/onnx';
  import { Predictor, readModel, Trainer } from '@lovasz/onnxruntime';
  const model = await readModel('network.onnx');
  const trainer = await Trainer.create(model, {
    loss: (backend, logits, labels) => crossEntropy(backend, logits, labels),
    optimizer: sgd(),
  });
  const batch = { inputs: { image: new Float32Array(32) }, labels: new Uint8Array(16) };
`;

/**
 * Runs a program in a process of its own, with empty home and temporary folders.
 *
 * @returns what it printed, and what it left in these folders.
 */
async function execute(
  text: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ printed: string; left: readonly string[] }> {
  const places = await mkdtemp(join(folder, 'places-'));
  const [home, temporary] = [join(places, 'home'), join(places, 'temporary')];
  await Promise.all([mkdir(home), mkdir(temporary)]);
  const { PATH } = process.env;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', text], {
    cwd: folder,
    env: { PATH, HOME: home, TMPDIR: temporary, ...environment },
  }).catch((error: { stdout: string; stderr: string }) => error);
  const left = await Promise.all([home, temporary].map((place) => readdir(place, { recursive: true })));
  return { printed: stdout + stderr, left: left.flat() };
}

describe('a program without close()', () => {
  test('ends when its calls are done', async () => {
    const { printed } = await execute(`${opening}
      const predictor = await Predictor.create(model);
      void trainer.train(batch, 0.1).then(({ step }) => console.log('step', step));
      void predictor.predict(batch.inputs).then((classes) => console.log('classes', classes.length));
    `);
    expect(printed.trim().split('\n').sort()).toEqual(['classes 16', 'step 1']);
  });

  test('ends after an error', async () => {
    const { printed } = await execute(`${opening}
      await trainer.train({ ...batch, labels: [] }, 0.1);
    `);
    expect(printed).toContain('RangeError: labels has 0 entries, expected 16');
  });
});

describe('what ONNX Runtime leaves and sends', () => {
  /** Files of the process at the end, and what the native library sees of the variable. */
  const looking = `${opening}
    const { readdirSync, readlinkSync } = await import('node:fs');
    await trainer.train(batch, 0.1);
    if (process.platform === 'linux') {
      const of = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
      const own = readdirSync('/proc/self/fd').filter((fd) => Number(fd) > 2);
      console.log(own.map(of).filter((target) => target.startsWith('socket:')).length, 'sockets');
    }
    await trainer.close();
    console.log(process.env.ORT_DISABLE_TELEMETRY);
  `;

  test('a training leaves no file and no socket', async () => {
    const { printed, left } = await execute(looking);
    expect(left).toEqual([]);
    expect(printed.trim().split('\n')).toEqual([...(process.platform === 'linux' ? ['0 sockets'] : []), '1']);
  });

  test('what a user has set stays', async () => {
    const { printed } = await execute(looking, { ORT_DISABLE_TELEMETRY: 'true' });
    expect(printed.trim().split('\n').at(-1)).toBe('true');
  });

  test('a worker thread, which cannot switch it off, is told to', async () => {
    const inThread = `
      import { Worker } from 'node:worker_threads';
      import { writeFileSync } from 'node:fs';
      writeFileSync('thread.mjs', ${JSON.stringify(`${opening} await trainer.train(batch, 0.1); console.log('trained');`)});
      new Worker('./thread.mjs', { execArgv: [] }).on('error', ({ message }) => console.log(message));
    `;
    const refused = await execute(inThread);
    expect(refused.printed).toContain('Set ORT_DISABLE_TELEMETRY=1 in the environment of the process');
    expect(refused.left).toEqual([]);
    for (const [begin, environment] of [
      ['', { ORT_DISABLE_TELEMETRY: '1' }],
      ["import '@lovasz/onnxruntime';", {}],
    ] as const) {
      const { printed, left } = await execute(begin + inThread, environment);
      expect(printed).toBe('trained\n');
      expect(left).toEqual([]);
    }
  });
});
