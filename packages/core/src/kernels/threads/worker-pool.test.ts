import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { transformFile } from '@swc/core';
import { kernelLoss } from '../kernel-loss.js';
import { createWorkerPool } from './worker-pool-in-node.js';

const sources = fileURLToPath(new URL('../../', import.meta.url));
let compiled: string;

/** The sources as they are now, in JavaScript: a worker cannot load TypeScript, and what was built may be older. */
beforeAll(async () => {
  compiled = await mkdtemp(join(tmpdir(), 'lovasz-core-'));
  await writeFile(join(compiled, 'package.json'), '{"type":"module"}');
  for (const file of await readdir(sources, { recursive: true })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const { code } = await transformFile(join(sources, file), {
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    });
    const target = join(compiled, file.replace(/\.ts$/u, '.js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }
});

afterAll(() => rm(compiled, { recursive: true }));

/** The package in a process of its own. */
async function run(program: string): Promise<unknown> {
  const dist = pathToFileURL(`${compiled}/`).href;
  const source = `
    import { kernelLoss } from '${dist}index.js';
    import { createWorkerPool } from '${dist}kernels/threads/worker-pool-in-node.js';
    const shared = (values) => {
      const data = new Float32Array(new SharedArrayBuffer(4 * values.length));
      data.set(values);
      return data;
    };
    ${program}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source]);
  return JSON.parse(stdout);
}

test('any number of threads gives the same bits', async () => {
  const results = await run(`
    const pixels = 500;
    const values = Array.from({ length: 3 * 5 * pixels }, (_, i) => Math.sin(i * i) / 2 + 0.5);
    const labels = Array.from({ length: 3 * pixels }, (_, i) => (i % 11 === 0 ? 255 : (i * i) % 5));
    const binary = labels.flatMap((label) => Array(5).fill(label === 255 ? label : label % 2));
    const pools = [undefined, ...(await Promise.all([1, 2, 5].map(createWorkerPool)))];
    const results = [];
    for (const method of ['exact', 'histogram']) {
      for (const [name, options, target] of [
        ['lovasz-softmax', { input: 'probabilities' }, { data: labels, shape: [3, pixels] }],
        ['lovasz-softmax', { input: 'probabilities' }, { data: Int32Array.from(labels), shape: [3, pixels] }],
        ['combined', { perImage: true }, { data: labels, shape: [3, pixels] }],
        ['lovasz-hinge', { multilabel: true }, { data: binary, shape: [3, 5, pixels] }],
        ['lovasz-sigmoid', { multilabel: true, perImage: true }, { data: binary, shape: [3, 5, pixels] }],
      ]) {
        const different = new Set();
        for (const pool of pools) {
          for (const own of pool === undefined ? [false] : [false, true]) {
            const data = own ? pool.float32Array(values.length) : shared(values);
            data.set(values);
            const gradient = own ? pool.float32Array(values.length) : undefined;
            const result = kernelLoss(name, { data, shape: [3, 5, pixels] }, target,
              { ...options, method, pool, gradient, ignoreIndex: 255 });
            different.add(JSON.stringify([result.value, ...result.gradient.data]));
          }
        }
        results.push(different.size);
      }
    }
    for (const pool of pools) await pool?.close();
    console.log(JSON.stringify(results));`);
  expect(results).toEqual(Array(10).fill(1));
});

test('one binary problem is shared by threads', async () => {
  const results = (await run(`
    const pixels = 2 ** 23 + 5;
    const data = new Float32Array(new SharedArrayBuffer(4 * pixels));
    const labels = { data: new Uint8Array(pixels), shape: [pixels] };
    for (let i = 0; i < pixels; i++) {
      data[i] = (Math.imul(i, 0x9e3779b1) >>> 8) / 2 ** 24;
      labels.data[i] = Math.imul(i, 0x85ebca6b) >>> 0 < 2 ** 30 ? 1 : 0;
    }
    const input = { data, shape: [pixels] };
    const pool = await createWorkerPool(2);
    const results = [{ pool }, {}, { method: 'exact' }].map((options) =>
      kernelLoss('lovasz-sigmoid', input, labels, { input: 'probabilities', ...options }));
    await pool.close();
    const [first, second, exact] = results.map(({ gradient }) => gradient.data);
    const largest = exact.reduce((sum, entry) => Math.max(sum, Math.abs(entry)), 0);
    console.log(JSON.stringify({
      values: results.map(({ value }) => value),
      isSame: first.every((entry, i) => entry === second[i]),
      error: first.reduce((worst, entry, i) => Math.max(worst, Math.abs(entry - exact[i])), 0) / largest,
    }));`)) as { values: [number, number, number]; isSame: boolean; error: number };
  expect(results.isSame).toBe(true);
  expect(results.values[0]).toBe(results.values[1]);
  expect(Math.abs(results.values[0] / results.values[2] - 1)).toBeLessThan(1e-6);
  // A bin near 1 holds 1/2048 of the pixels.
  expect(results.error).toBeLessThan(4e-3);
});

test('memory of a call is used again by the next', async () => {
  const { buffers, isSame } = (await run(`
    const made = [];
    const Own = globalThis.SharedArrayBuffer;
    globalThis.SharedArrayBuffer = class extends Own {
      constructor(bytes) { super(bytes); made.push(bytes); }
    };
    const pool = await createWorkerPool(2);
    const size = 2 * 3 * 20_000;
    const [data, gradient] = [pool.float32Array(size), pool.float32Array(size)];
    for (let i = 0; i < size; i++) data[i] = Math.sin(i * i);
    const labels = { data: Uint8Array.from({ length: 40_000 }, (_, i) => (i * i) % 3), shape: [2, 20_000] };
    const call = (options) => kernelLoss('combined', { data, shape: [2, 3, 20_000] }, labels,
      { pool, gradient, ...options });
    const all = [{ method: 'histogram' }, { method: 'exact', perImage: true }, { terms: { hinge: 1, 'lovasz-hinge': 1 } }];
    for (const options of all) call(options);
    const first = all.map((options) => [call(options).value, ...gradient]);
    made.length = 0;
    for (let round = 0; round < 20; round++) for (const options of all) call(options);
    const last = all.map((options) => [call(options).value, ...gradient]);
    const buffers = made.length;
    await pool.close();
    console.log(JSON.stringify({ buffers, isSame: JSON.stringify(first) === JSON.stringify(last) }));`)) as {
    buffers: number;
    isSame: boolean;
  };
  expect(buffers).toBe(0);
  expect(isSame).toBe(true);
});

test('what a thread throws is known by its class, message and cause, and the pool works on', async () => {
  const result = await run(`
    const pool = await createWorkerPool(2);
    const data = shared([0.5, 1, -1, 2]);
    const labels = { data: [0, 1], shape: [2] };
    // A layout that says more images than there are: the pass over the last of them fails.
    const layout = { images: 64, classCount: 2, pixels: 1, imageStride: 2, classStride: 1, pixelStride: 2 };
    const found = {};
    try {
      pool.run('softmaxErrors', { layout, logits: data, gradient: shared([0, 0, 0, 0]), classOf: null, crossEntropyFactors: null });
    } catch (error) {
      found.message = error.message;
      found.cause = [error.cause instanceof TypeError, error.cause.message, error.cause.stack.includes('softmax-passes')];
    }
    found.after = kernelLoss('cross-entropy', { data, shape: [2, 2] }, labels, { pool }).value;
    await pool.close();
    console.log(JSON.stringify(found));`);
  expect(result).toEqual({
    message: expect.stringMatching(
      /^a task of the pass "softmaxErrors" failed, and the gradient is incomplete: TypeError: Cannot read properties of null/u,
    ),
    cause: [true, expect.stringContaining('Cannot read properties of null'), true],
    after: expect.closeTo(Math.log(1 + Math.exp(0.5)) / 2 + Math.log(1 + Math.exp(-3)) / 2, 6),
  });
});

test('an open pool does not keep the process alive', async () => {
  expect(await run(`await createWorkerPool(3); console.log(JSON.stringify('ended'));`)).toBe('ended');
});

test('a wrong score is found by whichever thread, and nothing is written', async () => {
  const [message, gradient] = (await run(`
    const data = shared(new Float32Array(600_000).fill(0.25));
    data[599_999] = NaN;
    const gradient = shared(new Float32Array(600_000).fill(7));
    const pool = await createWorkerPool(2);
    try {
      kernelLoss('lovasz-sigmoid', { data, shape: [600_000] }, { data: new Uint8Array(600_000), shape: [600_000] },
        { pool, gradient, input: 'probabilities' });
    } catch (error) {
      console.log(JSON.stringify([error.message, gradient.every((entry) => entry === 7)]));
    }`)) as [string, boolean];
  expect(message).toContain('probabilities hold NaN at index 599999');
  expect(gradient).toBe(true);
});

test('memory that threads cannot share is refused', async () => {
  const pool = await createWorkerPool(1);
  const input = { data: Float32Array.of(1, 2), shape: [2] };
  expect(() => kernelLoss('lovasz-hinge', input, { data: [0, 1], shape: [2] }, { pool })).toThrow(
    new TypeError('logits is on an ArrayBuffer; a pool of threads needs a SharedArrayBuffer'),
  );
  await pool.close();
});

test('arrays of a pool are worked on where they lie, and keep what they hold', async () => {
  const results = (await run(`
    const pool = await createWorkerPool(2);
    const [first, second] = [pool.float32Array(1001), pool.float32Array(0)];
    for (let i = 0; i < first.length; i++) first[i] = Math.abs(Math.sin(i * i));
    const before = first.slice();
    const gradients = [3, 1_000_000, 1001].map((length) => pool.float32Array(length));
    const labels = { data: Uint8Array.from(first, (_, i) => i % 2), shape: [1001] };
    const call = () => kernelLoss('lovasz-sigmoid', { data: first, shape: [1001] }, labels,
      { pool, gradient: gradients[2], input: 'probabilities', method: 'histogram' });
    const { gradient } = call();
    const open = gradient.data.slice();
    gradient.data.fill(0);
    await pool.close();
    call();
    console.log(JSON.stringify({
      isOneMemory: first.buffer.byteLength > 4 * 1001 && gradients[0].buffer === first.buffer,
      lengths: [first, second, ...gradients].map(({ length }) => length),
      isKept: first.every((entry, i) => entry === before[i]),
      others: gradients[0].every((entry) => entry === 0) && gradients[1].every((entry) => entry === 0),
      isReturned: gradient.data === gradients[2],
      isSameWhenClosed: open.every((entry, i) => entry === gradient.data[i]) && open.some((entry) => entry !== 0),
    }));`)) as object;
  expect(results).toEqual({
    isOneMemory: true,
    lengths: [1001, 0, 3, 1_000_000, 1001],
    isKept: true,
    others: true,
    isReturned: true,
    isSameWhenClosed: true,
  });
});

test.each([-1, 1.5, NaN])('%p is no length of an array', async (length) => {
  const pool = await createWorkerPool(1);
  expect(() => pool.float32Array(length)).toThrow(
    new RangeError(`length is ${length}; expected a natural number`),
  );
  await pool.close();
});

test.each([0, 1.5, NaN])('%p is no number of threads', async (threads) => {
  await expect(createWorkerPool(threads)).rejects.toThrow(
    new RangeError(`threads is ${threads}; expected a positive integer`),
  );
});

test('a thread that cannot be started is an error with its cause', async () => {
  // Jest runs the source, beside which there is no JavaScript for a worker.
  await expect(createWorkerPool(2)).rejects.toThrow(
    /^a thread of the pool cannot be started: Cannot find module .*worker-in-node\.js/,
  );
});
