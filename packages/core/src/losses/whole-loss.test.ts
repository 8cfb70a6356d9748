import { describe, expect, test } from '@jest/globals';
import type { LossCall } from '../backend/loss-call.js';
import type { TensorBackend } from '../backend/tensor-backend.js';
import { referenceBackend } from '../reference/reference-backend.js';
import { type ReferenceTensor, referenceTensor } from '../reference/reference-tensor.js';
import { lossesByName } from './losses-by-name.js';
import type { softJaccard } from './soft-jaccard.js';

const input = referenceTensor([2, -1, 0, 1], [2, 2]);
const labels = referenceTensor([0, 1], [2]);

/** The reference, which answers every loss as a whole, and the calls that it was given. */
function wholeBackend() {
  const calls: LossCall<ReferenceTensor>[] = [];
  const backend: TensorBackend<ReferenceTensor> = {
    ...referenceBackend,
    wholeLoss: (call) => {
      calls.push(call);
      return referenceTensor(42);
    },
  };
  return { backend, calls };
}

describe.each(Object.keys(lossesByName) as (keyof typeof lossesByName)[])('%s', (name) => {
  const loss = lossesByName[name] as typeof softJaccard;
  const target = ['hinge', 'lovasz-hinge', 'lovasz-sigmoid'].includes(name) ? input : labels;

  test('is what the backend makes of it', () => {
    const { backend, calls } = wholeBackend();
    const mask = referenceTensor(
      target.data.map(() => 1),
      target.shape,
    );
    expect(loss(backend, input, target, { ignoreIndex: 7, mask }).data[0]).toBe(42);
    expect(calls).toEqual([{ name, input, labels: target, mask, options: { ignoreIndex: 7 } }]);
  });

  test('is made of operations where the backend declines', () => {
    const declining = { ...referenceBackend, wholeLoss: () => undefined };
    expect(loss(declining, input, target).data).toEqual(loss(referenceBackend, input, target).data);
  });

  test('refuses a backend of another version of the interface', () => {
    const capabilities = { ...referenceBackend.capabilities, interfaceVersion: 2 as 1 };
    expect(() => loss({ ...referenceBackend, capabilities }, input, target)).toThrow(
      new TypeError('backend "reference" has version 2 of the tensor interface; expected 1'),
    );
  });
});

test('a loss of many parts is not asked for', () => {
  const { backend, calls } = wholeBackend();
  const parts = lossesByName['lovasz-softmax'](backend, input, labels, { reduction: 'none' });
  expect(parts.shape).toEqual([2]);
  expect(calls).toEqual([]);
});
