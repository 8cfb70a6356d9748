import {
  crossEntropy,
  hinge,
  lovaszHinge,
  lovaszSigmoid,
  lovaszSoftmax,
  referenceBackend,
  referenceTensor,
} from '@lovasz/core';
import { describe, expect, test } from '@jest/globals';
import { lossNames } from '../options/loss.js';
import { assembleLoss } from './assemble-loss.js';

// Two images of 1×2 pixels, three classes; 11 is void.
const values = [0.5, -1, 2, 0.25, -0.5, 1, 1.5, 0, -2, 0.75, 0.1, -0.3];
const logits = referenceTensor(values, [2, 3, 1, 2]);
const labels = referenceTensor([0, 2, 11, 1], [2, 1, 2]);
const lossOf = (...names: Parameters<typeof assembleLoss>[0]) =>
  assembleLoss(names, 11)(referenceBackend, logits, labels).data[0]!;

describe('assembleLoss', () => {
  test('leaves void pixels out', () => {
    const options = { ignoreIndex: 11 };
    expect(lossOf('cross-entropy')).toBe(crossEntropy(referenceBackend, logits, labels, options).data[0]);
    expect(lossOf('lovasz-softmax')).toBe(lovaszSoftmax(referenceBackend, logits, labels, options).data[0]);
  });

  test.each(lossNames)('%s is known', (name) => {
    expect(lossOf(name)).toBeGreaterThan(0);
  });

  test('a sum weighs its terms alike', () => {
    expect(lossOf('cross-entropy', 'lovasz-softmax')).toBeCloseTo(
      lossOf('cross-entropy') + lossOf('lovasz-softmax'),
      12,
    );
    expect(lossOf('cross-entropy', 'hinge', 'soft-jaccard', 'lovasz-softmax')).toBeCloseTo(
      lossOf('cross-entropy') + lossOf('hinge') + lossOf('soft-jaccard') + lossOf('lovasz-softmax'),
      12,
    );
    expect(lossOf('combined')).toBeCloseTo(lossOf('cross-entropy', 'lovasz-softmax'), 12);
  });

  test.each([
    ['hinge', hinge],
    ['lovasz-hinge', lovaszHinge],
    ['lovasz-sigmoid', lovaszSigmoid],
  ] as const)('%s takes each class against the rest', (name, loss) => {
    // The third pixel is void; the others in the order of the labels.
    const scoresOf = (id: number) => [values[2 * id]!, values[2 * id + 1]!, values[6 + 2 * id + 1]!];
    const perClass = [0, 1, 2].map((id) => {
      const foreground = [0, 2, 1].map((label) => (label === id ? 1 : 0));
      return loss(referenceBackend, referenceTensor(scoresOf(id), [3]), referenceTensor(foreground, [3]))
        .data[0]!;
    });
    expect(lossOf(name)).toBeCloseTo((perClass[0]! + perClass[1]! + perClass[2]!) / 3, 12);
  });
});
