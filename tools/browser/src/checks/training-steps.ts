import { deepEqual, ok } from 'node:assert/strict';
import { lovaszSoftmax } from '@lovasz/core';
import { unet } from '@lovasz/models';
import { buildTrainingGraph, initialVectors, sgd, type ProfileName, type TrainingGraph } from '@lovasz/onnx';
import * as native from '@lovasz/onnxruntime/runtime';
import { openPage } from '../open-page.js';
import { runStep, type Numbers, type Step } from '../pages/run-step.js';

/** Six channels: some of their convolutions are wrong on WebGPU when they are not rewritten. */
const model = unet({ classCount: 3, width: 8, height: 8, base: 6, depth: 1, seed: 1 });
const inputShapes = { image: [2, 3, 8, 8] };

/** By how much an output may be off from Node's, relative to its largest entry. */
const tolerance = 1e-4;

function stepFor(profile: ProfileName): TrainingGraph {
  return buildTrainingGraph(model, {
    loss: (backend, logits, labels) => lovaszSoftmax(backend, logits, labels, { ignoreIndex: 255 }),
    optimizer: sgd({ momentum: 0.9 }),
    inputShapes,
    profile,
  });
}

function feedsOf(graph: TrainingGraph): Step['feeds'] {
  const float = (shape: readonly number[], data: Iterable<number>): Numbers => ({
    type: 'float32',
    shape,
    data: [...data],
  });
  const initial: Readonly<Record<string, Float32Array | undefined>> = { ...initialVectors(model, graph) };
  const size = 2 * 3 * 8 * 8;
  return {
    image: float(
      inputShapes.image,
      Array.from({ length: size }, (_, place) => Math.sin(place * 1.3)),
    ),
    labels: {
      type: 'int32',
      shape: graph.labelShape,
      data: Array.from({ length: size / 3 }, (_, place) => (place % 11 === 0 ? 255 : (place >> 3) % 3)),
    },
    ...Object.fromEntries(
      graph.state.map(({ name, length }) => [
        name,
        float([length], initial[name] ?? new Float32Array(length)),
      ]),
    ),
    learning_rate: float([], [0.1]),
  };
}

/** A step on a provider of onnxruntime-web gives the loss and the weights that onnxruntime-node gives. */
async function checkStep(provider: 'wasm' | 'webgpu', profile: ProfileName): Promise<void> {
  const feeds = feedsOf(stepFor('generic'));
  const expected = await runStep(native, {
    bytes: [...stepFor('generic').step],
    feeds,
    provider: 'cpu',
    isLogged: false,
  });
  const { page, close } = await openPage({
    packages: ['onnxruntime-web'],
    // WebGPU by SwiftShader, on the processor.
    chromiumArguments: [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-features=Vulkan',
    ],
  });
  const placements: string[] = [];
  page.on('console', (message) => {
    const placed = /placed on \[(\w+)\]/.exec(message.text());
    if (placed !== null) placements.push(placed[1]!);
  });
  try {
    const step: Step = { bytes: [...stepFor(profile).step], feeds, provider, isLogged: true };
    const found = await page.evaluate(async (given) => {
      const url = '/tools/browser/dist/pages/run-step.js';
      const { runStep: run } = (await import(url)) as typeof import('../pages/run-step.js');
      const runtime =
        given.provider === 'wasm'
          ? await import('onnxruntime-web/wasm')
          : await import('onnxruntime-web/webgpu');
      runtime.env.wasm.numThreads = 1;
      return run(runtime, given);
    }, step);
    deepEqual(Object.keys(found), Object.keys(expected));
    for (const [name, entries] of Object.entries(expected)) {
      const largest = entries.reduce((most, entry) => Math.max(most, Math.abs(entry)), 1e-6);
      const error = entries.reduce(
        (most, entry, place) => Math.max(most, Math.abs(entry - found[name]![place]!)),
        0,
      );
      ok(error <= tolerance * largest, `${provider}, ${profile}: ${name} is off by ${error / largest}`);
    }
    deepEqual(placements, [provider === 'wasm' ? 'CPUExecutionProvider' : 'WebGpuExecutionProvider']);
  } finally {
    await close();
  }
}

/** Steps written for the CPU and for WebGPU train in WebAssembly as in Node. */
export async function checkTrainingInWebAssembly(): Promise<void> {
  await checkStep('wasm', 'generic');
  await checkStep('wasm', 'webgpu');
}

/** A step written for WebGPU trains there as in Node, and no node of it runs on the CPU. */
export async function checkTrainingOnWebgpu(): Promise<void> {
  await checkStep('webgpu', 'webgpu');
}
