import * as inNode from '@lovasz/browser/tfjs-losses';
import { openTfjsPage, type TfjsPage } from '@lovasz/browser/tfjs-page';
import { histogramBound } from './histogram-bound.js';
import type { LossBackend } from './loss-backends.js';
import type { LossCall, NumericArray } from './loss-call.js';

/** Labels up to which every binary problem is ranked, as the shaders of `@lovasz/tfjs` do it. */
const mostRanked = 1024;

/** The losses of `@lovasz/tfjs` on a backend of TensorFlow.js: `cpu` in Node, the others in Chromium. */
export function tfjsBackend(backend: inNode.TfjsBackend): LossBackend {
  let opened: Promise<Pick<TfjsPage, 'call'> & Partial<TfjsPage>> | undefined;
  return {
    tolerance: 1e-5,
    // On WebGPU pixels that share a bin share their weight, but for problems that are small enough to be ranked.
    bound: (call, input, labels) =>
      backend === 'webgpu' && labels.data.length > mostRanked ? histogramBound(call, input, labels) : 0,
    evaluate: async ({ name, options }: LossCall, input: NumericArray, labels: NumericArray) => {
      opened ??= backend === 'cpu' ? openInNode() : openTfjsPage(backend);
      const tfjs = await opened;
      const [scores, classes] = [toEntries(input), toEntries(labels)];
      if (name === 'jaccard-weights') return tfjs.call('evaluateExtension', scores, classes);
      return tfjs.call('evaluateLoss', name, scores, classes, { layout: 'channels-first', ...options });
    },
    close: async () => {
      await (await opened)?.close?.();
      opened = undefined;
    },
  };
}

async function openInNode(): Promise<Pick<TfjsPage, 'call'>> {
  await inNode.setUp('cpu');
  const call = (name: keyof typeof inNode, ...args: readonly unknown[]) =>
    (inNode[name] as (...of: readonly unknown[]) => Promise<never>)(...args);
  return { call };
}

const toEntries = ({ shape, data }: NumericArray): inNode.Entries => ({ shape, data: Array.from(data) });
