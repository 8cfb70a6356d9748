import { describe, expect, test } from '@jest/globals';
import {
  binaryLosses,
  crossEntropy,
  lossesByName,
  referenceBackend,
  referenceTensor,
  type LossName,
  type TensorBackend,
} from '@lovasz/core';
import { watchLabels } from './compared-labels.js';

const logits = referenceTensor(
  Array.from({ length: 24 }, (_, i) => Math.sin(i)),
  [2, 3, 4],
);
const ids = [0, 1, 2, 0, 1, 2, 0, 1];
const labels = referenceTensor(ids, [2, 4]);

describe('watchLabels', () => {
  test.each(Object.keys(lossesByName).filter((name) => !binaryLosses.has(name as LossName)) as LossName[])(
    '%s compares labels with its classes and the ignored label, and comes out the same',
    (name) => {
      for (const ignoreIndex of [255, -100, undefined]) {
        const { watching, compared } = watchLabels(referenceBackend, labels);
        const loss = lossesByName[name] as typeof crossEntropy;
        const value = loss(watching, logits, labels, { ignoreIndex });
        expect([...value.data]).toEqual([...loss(referenceBackend, logits, labels, { ignoreIndex }).data]);
        const expected = [0, 1, 2, ...(ignoreIndex === undefined ? [] : [ignoreIndex])];
        expect([...compared].sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
      }
    },
  );

  test('a loss of one’s own tells by what it compares, and other tensors are not watched', () => {
    const { watching, compared } = watchLabels(referenceBackend, labels);
    const own = <T>(backend: TensorBackend<T>, scores: T, given: T): T => {
      const isVoid = backend.equal(backend.constant(7), backend.reshape(given, [8]));
      backend.equal(scores, backend.constant(9));
      return backend.sum(isVoid, [0]);
    };
    own(watching, logits, labels);
    expect([...compared]).toEqual([7]);
  });
});
