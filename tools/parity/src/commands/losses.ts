import { InvalidArgumentError } from 'commander';
import { lossesByName, type LossName } from '@lovasz/core';
import type { SafetensorsTensor } from '@lovasz/onnxruntime/safetensors';
import { largestDifference } from '../largest-difference.js';
import { lossBackends } from '../loss-backends.js';
import type { LossCall, NumericArray } from '../loss-call.js';
import { readCaseFolder } from '../read-case-folder.js';
import type { Outcome } from '../report.js';

/** A case of the folder: the loss, its options, and the expected value. */
interface LossCase {
  readonly name: string;
  readonly loss: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly value: number;
}

/**
 * Compares each loss case of a folder: its value, and its gradient to the input.
 *
 * @param folder where `cases.json` lies, with the tensors `NAME.input`, `NAME.labels` and `NAME.gradient`; for
 *   `jaccard-weights` `NAME.errors`, `NAME.foreground` and `NAME.weights`.
 * @param backendName one of {@link lossBackends}.
 * @throws InvalidArgumentError when the folder or the backend does not exist.
 */
export async function* compareLosses(folder: string, backendName: string): AsyncGenerator<Outcome> {
  if (!Object.hasOwn(lossBackends, backendName)) {
    const names = Object.keys(lossBackends).join(', ');
    throw new InvalidArgumentError(`unknown backend "${backendName}"; accepted: ${names}`);
  }
  const { tolerance, bound, evaluate, close } = lossBackends[backendName]!;
  const { cases, tensors } = await readCaseFolder(folder);

  try {
    for (const [index, each] of cases.entries()) {
      const lossCase = each as LossCase;
      const name = typeof lossCase?.name === 'string' ? lossCase.name : `case ${index}`;
      try {
        const isWeights = lossCase.loss === 'jaccard-weights';
        const tensor = (part: string) => toNumbers(`${name}.${part}`, tensors);
        const input = tensor(isWeights ? 'errors' : 'input');
        const expected = tensor(isWeights ? 'weights' : 'gradient');
        const labels = tensor(isWeights ? 'foreground' : 'labels');
        const call = lossCall(lossCase);
        const { value, gradient } = await evaluate(call, input, labels);
        const valueError = Math.abs(value - lossCase.value) / Math.max(1, Math.abs(lossCase.value));
        const scale = largestDifference(expected.data, new Float64Array(expected.data.length)) || 1;
        const gradientError = largestDifference(gradient, expected.data) / scale;
        const slack = bound?.(call, input, labels) ?? 0;
        // A histogram that ties pixels lowers the loss by up to 2⁻¹⁰ of itself.
        const allowed = slack > 0 ? tolerance + Math.max(slack / scale, 2 ** -10) : tolerance;
        yield { name, tolerance: allowed, largestError: Math.max(valueError, gradientError) };
      } catch (error) {
        yield { name, tolerance, reason: (error as Error).message };
      }
    }
  } finally {
    await close?.();
  }
}

/** The loss that a case names, with its options; the loss itself refuses those that it does not have. */
function lossCall({ loss, options = {} }: LossCase): LossCall {
  // The weights are the gradient of the Lovász extension to its errors.
  if (loss === 'jaccard-weights') return { name: loss, options: {} };

  const multilabel = loss.endsWith('-multilabel');
  const name = multilabel ? loss.slice(0, -'-multilabel'.length) : loss;
  if (!Object.hasOwn(lossesByName, name)) throw new TypeError(`unknown loss "${loss}"`);
  // Points need no layout: they are the same in both.
  const given = Object.entries(options).filter(
    ([option, value]) => value !== null && !(option === 'layout' && value === '[points, classes]'),
  );
  if (multilabel) given.push(['multilabel', true]);
  return { name: name as LossName, options: Object.fromEntries(given) };
}

function toNumbers(name: string, tensors: ReadonlyMap<string, SafetensorsTensor>): NumericArray {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`no tensor "${name}" in the folder`);
  return { shape: tensor.shape, data: Array.from<number | bigint, number>(tensor.data, Number) };
}
