import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { ConformanceOptions, Skip } from '@lovasz/conformance';
import { referenceLoss } from '@lovasz/core';
import type { Entries, TfjsBackend } from '../pages/tfjs-losses.js';
import { openTfjsPage, type TfjsPage } from '../tfjs-page.js';

/** What is true of each backend, and what cannot pass there. */
const backends: Readonly<Record<TfjsBackend, ConformanceOptions>> = {
  cpu: { ties: 'shared' },
  wasm: {
    ties: 'shared',
    skips: [
      {
        test: 'weights are exact where foreground is rare',
        reason: 'the wasm backend adds up 65,536 terms in float32 one after the other',
      },
    ],
  },
  webgl: { ties: 'shared', maxPixels: 1000 },
  // Up to 1,024 pixels are ranked one by one; the 65,536 of the largest test fall into bins.
  webgpu: { ties: 'shared', method: 'histogram', tolerance: { value: 5e-6, direction: 5e-4 } },
};

const pixels = 2 * 40 * 30;
const scores: Entries = {
  shape: [2, 40, 30, 3],
  data: Array.from({ length: 3 * pixels }, (_, i) => Math.fround(3 * Math.sin(i * 1.7) + Math.cos(i * i))),
};
const classes: Entries = {
  shape: [2, 40, 30],
  data: Array.from({ length: pixels }, (_, i) => (i % 11 === 0 ? 255 : (i >> 4) % 3)),
};
const bits: Entries = {
  shape: scores.shape,
  data: Array.from({ length: 3 * pixels }, (_, i) => Number(i % 3 === (i >> 6) % 3)),
};

/** The losses on a backend agree with the float64 reference, pass the suite, leak nothing and refuse bad input. */
async function checkBackend(backend: TfjsBackend): Promise<void> {
  const tfjs = await openTfjsPage(backend);
  try {
    await checkAgainstReference(tfjs, backend);
    const { skips = [], ...options } = backends[backend];
    for (const by of ['losses', 'operations'] as const) {
      checkResults(await tfjs.call('runConformance', by, options), skips, `${backend} by ${by}`);
    }
    const leaks = await tfjs.call('countLeaks', 10);
    equal(leaks.tensors, 0, `${backend}: tensors leaked`);
    if (backend === 'webgpu') equal(leaks.reads, 0, 'webgpu: data was read back');
    const { messages, tensors } = await tfjs.call('refusals');
    deepEqual(messages, [
      'labels of shape [3] for logits of shape [4, 3]; expected shape [4]',
      'classes hold 7; accepted: 0…2',
      backend === 'webgpu'
        ? 'checked is true, and WebGPU cannot be read at once; call "await checkLabels(…)" before the loss'
        : 'labels hold 3 (pixels: 1); accepted: 0…2; no ignoreIndex is set',
    ]);
    equal(tensors, 0, `${backend}: refused calls leave tensors`);
    if (backend === 'webgpu') await checkDevice(tfjs);
  } finally {
    await tfjs.close();
  }
}

/** Workgroups in two dimensions give the same numbers; buffers that are too large and a lost device are refused by name. */
async function checkDevice(tfjs: TfjsPage): Promise<void> {
  const evaluate = () => tfjs.call('evaluateLoss', 'lovasz-softmax', scores, classes, { ignoreIndex: 255 });
  const expected = await evaluate();
  // 2,400 pixels are 10 workgroups.
  await tfjs.call('limitDevice', { maxComputeWorkgroupsPerDimension: 8 });
  deepEqual(await evaluate(), expected);
  await tfjs.call('limitDevice', { maxStorageBufferBindingSize: 1000 });
  await rejects(
    evaluate(),
    /logits of shape \[2, 40, 30, 3\] in 3 binary problems need a buffer of \d+ bytes; the WebGPU device allows 1000/u,
  );
  await tfjs.call('loseDevice');
  await rejects(evaluate(), /the device of the backend "webgpu" is lost/u);
}

async function checkAgainstReference(tfjs: TfjsPage, backend: TfjsBackend): Promise<void> {
  const ignoring = { ignoreIndex: 255 };
  const calls = [
    ['lovasz-softmax', classes, ignoring],
    ['lovasz-softmax', classes, { ...ignoring, perImage: true, classWeights: [1, 0.5, 2], classes: 'all' }],
    ['cross-entropy', classes, ignoring],
    [
      'combined',
      classes,
      { ...ignoring, terms: { 'cross-entropy': 1, 'lovasz-softmax': 2, 'soft-jaccard': 1 } },
    ],
    ['lovasz-hinge', bits, { multilabel: true }],
    ['lovasz-hinge', bits, { multilabel: true, activation: 'elu+1', symmetric: true }],
    ['lovasz-sigmoid', bits, { multilabel: true, perImage: true, classes: 'present' }],
  ] as const;
  for (const [name, labels, options] of calls) {
    const settled = { ...options, layout: 'channels-last' } as object;
    const expected = referenceLoss(name, scores, labels, settled);
    const found = await tfjs.call('evaluateLoss', name, scores, labels, options);
    const of = `${backend}, ${name} ${JSON.stringify(options)}`;
    const off = Math.abs(found.value / expected.value - 1);
    ok(off <= 1e-5, `${of}: the loss is off by ${off}`);
    const distance = 1 - cosine(found.gradient, expected.gradient.data);
    ok(distance <= 1e-6, `${of}: 1 − cosine of the gradient is ${distance}`);
  }
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    ofA += a[i]! * a[i]!;
    ofB += b[i]! * b[i]!;
  }
  return dot / Math.sqrt(ofA * ofB);
}

function checkResults(
  results: readonly { readonly name: string; readonly error?: string }[],
  skips: readonly Skip[],
  where: string,
): void {
  const failed = results.filter(({ error }) => error !== undefined);
  for (const { test, reason } of skips) console.log(`        ${where}: skipped "${test}": ${reason}`);
  const names = new Set(skips.map(({ test }) => test));
  const unexpected = failed.filter(({ name }) => !names.has(name));
  deepEqual(unexpected, [], `${where}: conformance fails`);
  // A skip is stale once its test would pass.
  equal(failed.length, skips.length, `${where}: a skipped test passes`);
}

export const checkTfjsOnCpu = (): Promise<void> => checkBackend('cpu');
export const checkTfjsOnWasm = (): Promise<void> => checkBackend('wasm');
export const checkTfjsOnWebgl = (): Promise<void> => checkBackend('webgl');
export const checkTfjsOnWebgpu = (): Promise<void> => checkBackend('webgpu');
