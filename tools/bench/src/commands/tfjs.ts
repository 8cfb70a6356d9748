import { gradientStep, timingInput } from '@lovasz/browser/tfjs-timing';
import { openTfjsPage } from '@lovasz/browser/tfjs-page';
import { kernelLoss } from '@lovasz/core';
import type { Figure } from '../figures.js';
import { median } from '../median.js';

/** What is measured. */
export interface TfjsSettings {
  readonly size: number;
  readonly classes: number;
  readonly backends: readonly ('cpu' | 'wasm' | 'webgl' | 'webgpu')[];
  readonly repeats: number;
  /** Whether also the loss built from `topk` is timed, once. */
  readonly sorting: boolean;
}

/**
 * Measures the Lovász-Softmax loss of `@lovasz/tfjs`, value and gradient, in Chromium: beside TensorFlow.js's softmax
 * cross-entropy on the same backend, and against the exact kernels in Node.
 */
export async function measureTfjs(settings: TfjsSettings): Promise<readonly Figure[]> {
  const { size, classes, backends, repeats, sorting } = settings;
  const { scores, labels } = timingInput(settings);
  const exact = kernelLoss(
    'lovasz-softmax',
    { data: scores, shape: [1, size, size, classes] },
    { data: labels, shape: [1, size, size] },
    { layout: 'channels-last', method: 'exact' },
  );
  const sample = exact.gradient.data.filter((_, i) => i % gradientStep === 0);
  const figures: Figure[] = [];
  for (const backend of backends) {
    const page = await openTfjsPage(backend);
    try {
      const found = await page.call('timeLosses', { size, classes, repeats, withSorting: sorting });
      const ratios = found.lovasz.map((taken, turn) => taken / found.crossEntropy[turn]!);
      const figure = (name: string, value: number, unit: string, must?: number): void => {
        figures.push({ name: `${backend}: ${name}`, value, unit, ...(must === undefined ? {} : { must }) });
      };
      figure('value and gradient', median(found.lovasz), 'ms');
      figure('cross-entropy of tfjs', median(found.crossEntropy), 'ms');
      figure('value and gradient / cross-entropy of tfjs', median(ratios), '', 2);
      if (found.sorting.length > 0) {
        figure('value by topk, gather and cumsum', found.sorting[0]!, 'ms');
        const must = backend === 'webgpu' ? 1 / 20 : 1 / 5;
        figure('value and gradient / value by topk', found.lovasz[0]! / found.sorting[0]!, '', must);
      }
      figure('error of the loss', Math.abs(found.value / exact.value - 1), 'of the exact kernels', 1e-5);
      figure('1 − cosine of the gradient', 1 - cosine(found.gradient, sample), '', 1e-6);
      if (found.scratchBytes !== undefined) {
        figure('scratch memory', found.scratchBytes / scores.length, 'bytes per pixel and class', 4);
      }
    } finally {
      await page.close();
    }
  }
  return figures;
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
